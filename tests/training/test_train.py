import json
from types import SimpleNamespace

import pytest
import torch

from training.train import (
    GPU_BATCH,
    is_over,
    keep_checkpoint,
    read_arguments,
    read_settings,
    restore_checkpoint,
    shorten_epochs,
    tell_progress,
)

REQUIRED = ["--data", "d.yaml", "--base", "b.pt", "--runs", "runs", "--name", "n", "--epochs", "2"]


def settings(*words):
    return read_settings(read_arguments([*words, *REQUIRED]))


@pytest.mark.parametrize("model", ["detector", "segmenter"])
def test_a_cpu_trains_in_small_batches_of_files(model):
    chosen = settings(model)
    assert (chosen["device"], chosen["batch"], chosen["nbs"]) == ("cpu", 8, 8)
    assert (chosen["amp"], chosen["imgsz"]) == (False, 512)
    assert not {"time", "cache"} & set(chosen)


@pytest.mark.parametrize(("words", "batch"), [([], GPU_BATCH), (["--batch", "96"], 96)])
def test_a_gpu_trains_in_large_batches_from_memory_and_ends_in_time(words, batch):
    chosen = settings("detector", "--device", "0", "--minutes", "3", *words)
    assert (chosen["device"], chosen["batch"], chosen["nbs"]) == ("0", batch, batch)
    assert (chosen["amp"], chosen["cache"], chosen["time"]) == ("bf16", "ram", pytest.approx(0.05))


def test_short_epochs_go_on_where_the_one_before_ended():
    from torch.utils.data import DataLoader

    class Loader(DataLoader):
        def __len__(self):
            return 10

    trainer = SimpleNamespace(train_loader=Loader(list(range(80)), batch_size=8), batch_size=8)
    shorten_epochs(24)(trainer)
    assert len(trainer.train_loader) == 3
    assert isinstance(trainer.train_loader, Loader)
    shorten_epochs(1000)(trainer)
    assert len(trainer.train_loader) == 3


def test_the_whole_checkpoint_is_restored_and_known_to_be_the_last(tmp_path):
    last = tmp_path / "last.pt"
    torch.save({"epoch": 1}, last)
    keep_checkpoint(SimpleNamespace(last=last))
    last.write_bytes(b"half of")
    assert is_over(restore_checkpoint(last), 2)
    assert not is_over(last, 3)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["kept.pt", "last.pt"]


def test_progress_is_a_share_of_all_epochs(tmp_path):
    trainer = SimpleNamespace(epoch=1, steps=2, epochs=4, train_loader=[0] * 4, save_dir=tmp_path)
    tell_progress(trainer)
    assert json.loads((tmp_path / "progress.json").read_text()) == {"share": 0.375}


def test_epochs_shorter_than_the_data_set_keep_no_checkpoint_of_each():
    assert settings("detector", "--epoch-tiles", "200")["save_period"] == -1
    assert settings("detector")["save_period"] == 1
