"""Pipelines: the ways deals take, stage by stage."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class PipelineStage:
    """One stage; ``sort_order`` counts from 1, ``probability`` is in percent, ``stage_type`` a word such as ``won``."""

    id: str
    name: str | None = None
    stage_type: str | None = None
    sort_order: int | None = None
    probability: float | None = None


@frozen(kw_only=True)
class Pipeline:
    """A pipeline and its stages; ``color`` is written ``#rrggbb``."""

    id: str
    name: str | None = None
    color: str | None = None
    stages: tuple[PipelineStage, ...] = ()
