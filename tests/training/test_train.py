import pytest

from training.train import GPU_BATCH, read_arguments, read_settings

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
