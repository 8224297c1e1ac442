"""The models: which there are, where each is on this machine, and bringing one."""

from engine.weights.catalogue import CATALOGUE, KINDS, Hub, Kind, Model, ModelFile, model_named
from engine.weights.store import ModelStore

__all__ = ["CATALOGUE", "KINDS", "Hub", "Kind", "Model", "ModelFile", "ModelStore", "model_named"]
