"""What Keras saves under keys that nobody can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.loader.reading import assert_reads_as

from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.model import Run
from projector_loader.readers.object_graph import variable_names


def shown(run: Run) -> dict[str, str]:
    return {summary.display_name: summary.tensor_name for summary in run.embeddings}


def test_saved_model_is_one_run_whose_variables_have_their_own_names(
    keras_model: Any, tmp_path: Path, root: DataRoot, catalog: Catalog
) -> None:
    keras_model.export(str(root.top.absolute / "runs/export"), verbose=False)

    (run,) = catalog.list_runs().runs

    assert (run.name, [checkpoint.name for checkpoint in run.checkpoints]) == (
        "runs/export",
        ["runs/export/variables/variables"],
    )
    assert shown(run) == {
        "sequential/dense/kernel": "variables/1/.ATTRIBUTES/VARIABLE_VALUE",
        "sequential/words/embeddings": "variables/0/.ATTRIBUTES/VARIABLE_VALUE",
    }
    assert {each.reason for each in run.rejected if each.tensor_name.startswith("_all_variables/0/")} == {
        "It is a copy of variables/0."
    }
    words = next(summary for summary in run.embeddings if "words" in summary.display_name)
    assert_reads_as(catalog.find(words.id).source, np.asarray(keras_model.layers[0].embeddings))


@pytest.mark.parametrize("name", ["sequential/words/embeddings", "optimizer/_trainable_variables/0"])
def test_config_names_a_variable_by_its_key_or_by_its_own_name(
    keras_model: Any, tensorflow: Any, root: DataRoot, catalog: Catalog, write: Any, name: str
) -> None:
    tensorflow.train.Checkpoint(model=keras_model, optimizer=keras_model.optimizer).write(
        str(root.top.absolute / "run/model-1")
    )
    write("run/labels.tsv", "x\n" * 20)
    write("run/projector_config.pbtxt", f'embeddings {{ tensor_name: "{name}" metadata_path: "labels.tsv" }}')

    (run,) = catalog.list_runs().runs

    assert (run.embeddings[0].display_name, run.problems) == ("sequential/words/embeddings", ())
    assert catalog.find(run.embeddings[0].id).assets.metadata is not None
    slots = [each.reason for each in run.rejected if "/_variables/" in each.tensor_name and len(each.shape) == 2]
    assert len(slots) == 4
    assert all(reason.startswith("An optimiser keeps it") for reason in slots)


def test_damaged_graph_gives_no_names() -> None:
    assert variable_names(b"\xff" * 20) == {}
    assert variable_names(b"") == {}
