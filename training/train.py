r"""Trains one of the two models from a public checkpoint on tiles made by dataset.py.

    python -m training.train detector --data tiles/data.yaml \
        --base yolo11n-coco.pt --runs runs --name detector-1 --epochs 5

The same command with `--resume` continues after a stop, at any moment: after each epoch a whole checkpoint is kept
(kept.pt) beside the one that is being written, and progress.json says how far it is. `--epoch-tiles` makes epochs
shorter than the data set, so that checkpoints come more often; each goes on where the one before ended. `--device 0`
trains on the first GPU, with larger batches and the pictures in memory; `--minutes` limits the time. pack.py packs
runs/NAME/weights/last.pt for shipping.
"""

import argparse
import ctypes
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Spinning threads make a step fifteen times slower on two cores that other processes use too.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from demeter.common.background import work_in_background

RECIPES: dict[str, dict[str, Any]] = {
    # One box in 30 is a dead plant: rare classes weigh more, by about the third root of their inverse number.
    "detector": {"imgsz": 512, "mosaic": 0.0, "flipud": 0.5, "scale": 0.2, "max_det": 600, "cls_pw": 0.35},
    "segmenter": {"imgsz": 512, "mosaic": 0.2, "flipud": 0.1, "scale": 0.5},
}
COMMON: dict[str, Any] = {
    "optimizer": "AdamW",
    "cos_lr": True,
    "warmup_epochs": 0.2,
    "warmup_bias_lr": 0.01,
    "close_mosaic": 1,
    "save_period": 1,
    "fliplr": 0.5,
    "hsv_h": 0.02,
    "hsv_s": 0.4,
    "hsv_v": 0.3,
    "val": False,
    "plots": False,
    "exist_ok": True,
}
CPU: dict[str, Any] = {"device": "cpu", "amp": False, "workers": 1}
# In bfloat16 Ultralytics need not download a model to try the GPU with.
GPU: dict[str, Any] = {"amp": "bf16", "cache": "ram"}
GPU_BATCH = 64


THREADS = torch.get_num_threads()


def use_the_whole_cpu(trainer: Any) -> None:
    """Ultralytics leaves a core idle, and convolutions on a CPU are faster with the channels of a pixel next to each
    other.

    Where the processor has units for bfloat16 (AMX), the forward and backward pass run in it: 9 instead of 5.5 tiles a
    second on two cores. Ultralytics offers that on CUDA alone. Weights, losses and the average stay in full precision.
    Where other work keeps the cores busy, OMP_NUM_THREADS=1 is faster: two threads wait for each other.
    """
    if trainer.device.type != "cpu":
        return
    torch.set_num_threads(THREADS)
    trainer.model = trainer.model.to(memory_format=torch.channels_last)
    for module in trainer.model.modules():
        if isinstance(module, torch.nn.SiLU):
            module.inplace = False  # in place it copies what autograd needs
    if torch.cpu._is_amx_tile_supported():
        trainer.model.predict = in_bfloat16(trainer.model.predict)


def keep_memory() -> None:
    """Let glibc keep what it got from the kernel. By itself it returns large blocks and gets them anew in each step:
    a fifth of the processor's time. A C library without `mallopt` is left as it is.

    Numbers of the parameters: malloc.h, mallopt(3).
    """
    m_trim_threshold, m_mmap_max = -1, -4
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(m_mmap_max, 0)
        mallopt(m_trim_threshold, 2**31 - 1)


def in_bfloat16(predict: Callable[..., Any]) -> Callable[..., Any]:
    """The same function with its convolutions in bfloat16 and its results in full precision."""

    def run(*args: Any, **options: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return _in_full_precision(predict(*args, **options))

    return run


def _in_full_precision(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, dict):
        return {key: _in_full_precision(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_in_full_precision(part) for part in value)
    return value


def keep_no_history(trainer: Any) -> None:
    """Checkpoints have no table of losses (it is in results.csv), as reading it would need an extra package."""
    trainer.read_results_csv = dict


def keep_checkpoint(trainer: Any) -> None:
    """Keeps the whole checkpoint: last.pt is not whole while it is being written."""
    unfinished = trainer.last.with_name("kept.pt.new")
    shutil.copy(trainer.last, unfinished)
    unfinished.replace(trainer.last.with_name("kept.pt"))


def restore_checkpoint(last: Path) -> Path:
    """The last whole checkpoint, where Ultralytics looks for it."""
    kept = last.with_name("kept.pt")
    if kept.is_file():
        shutil.copy(kept, last)
    return last


def is_over(last: Path, epochs: int) -> bool:
    """Whether a checkpoint is that of the last epoch: Ultralytics refuses to resume from it."""
    return last.is_file() and int(torch.load(last, map_location="cpu", weights_only=False)["epoch"]) >= epochs - 1


def tell_progress(trainer: Any) -> None:
    """Writes how much is done."""
    share = (trainer.epoch + trainer.steps / len(trainer.train_loader)) / trainer.epochs
    unfinished = trainer.save_dir / "progress.json.new"
    unfinished.write_text(json.dumps({"share": round(min(share, 1.0), 4)}))
    unfinished.replace(trainer.save_dir / "progress.json")


def shorten_epochs(tiles: int) -> Callable[[Any], None]:
    """A callback that ends each epoch after so many tiles; the next goes on in the same order of tiles."""

    def shorten(trainer: Any) -> None:
        loader = trainer.train_loader
        batches = min(len(loader), max(1, tiles // trainer.batch_size))
        loader.__class__ = type("ShortEpochs", (type(loader),), {"__len__": lambda _self: batches})

    return shorten


def start_epoch(trainer: Any) -> None:
    """Counts steps anew."""
    trainer.steps = 0


def anneal(trainer: Any) -> None:
    """Lowers the learning rate with every step: by epochs alone a run of two would end at half of it."""
    trainer.steps += 1
    progress = trainer.epoch + trainer.steps / len(trainer.train_loader)
    if progress < trainer.args.warmup_epochs:
        return
    for group in trainer.optimizer.param_groups:
        group["lr"] = group["initial_lr"] * trainer.lf(progress)


def read_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The training settings of Ultralytics."""
    on_cpu = args.device == "cpu"
    batch = args.batch or (8 if on_cpu else GPU_BATCH)
    machine = CPU if on_cpu else {**GPU, "device": args.device, "workers": os.cpu_count()}
    settings = {**COMMON, **RECIPES[args.model], **machine, "batch": batch, "nbs": batch}
    settings |= {"data": str(args.data), "epochs": args.epochs, "lr0": args.lr, "seed": args.seed}
    settings |= {"project": str(args.runs.resolve()), "name": args.name}
    if args.epoch_tiles:
        settings["save_period"] = -1
    return settings | ({"time": args.minutes / 60} if args.minutes else {})


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, required=True, help="data.yaml written by dataset.py")
    parser.add_argument("--base", type=Path, required=True, help="checkpoint to start from")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--minutes", type=float, help="train this long, whatever the number of epochs")
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="cpu, or the number of a GPU")
    parser.add_argument("--batch", type=int, help=f"8 on a CPU, {GPU_BATCH} on a GPU unless said otherwise")
    parser.add_argument("--epoch-tiles", type=int, help="end an epoch after so many tiles, not after all")
    parser.add_argument("--parent", type=int, help="take what others leave, and end with this process")
    parser.add_argument("--resume", action="store_true")
    return parser.parse_args(words)


def main() -> None:
    """Train or resume."""
    args = read_arguments()
    keep_memory()
    if args.parent:
        work_in_background(args.parent)
    last = args.runs.resolve() / args.name / "weights" / "last.pt"
    if args.resume and is_over(restore_checkpoint(last), args.epochs):
        return
    # Not above: it puts an Image.open into Pillow that tests of the arguments must not have.
    from ultralytics import YOLO  # noqa: PLC0415

    model = YOLO(last if args.resume else args.base)
    model.add_callback("on_train_start", use_the_whole_cpu)
    model.add_callback("on_train_start", keep_no_history)
    model.add_callback("on_train_epoch_start", start_epoch)
    model.add_callback("on_train_batch_end", anneal)
    model.add_callback("on_train_batch_end", tell_progress)
    model.add_callback("on_model_save", keep_checkpoint)
    if args.epoch_tiles:
        model.add_callback("on_pretrain_routine_end", shorten_epochs(args.epoch_tiles))
    if args.resume:
        model.train(resume=True)
    else:
        model.train(**read_settings(args))


if __name__ == "__main__":
    main()
