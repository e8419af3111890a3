"""Watches a t-SNE of the first embedding form, from a program: ``python watch_tsne.py [HOST:PORT] [N_STEPS]``."""

from __future__ import annotations

import sys

from projector_client import Projector


def main(address: str, n_steps: int) -> None:
    """Print loss and extent of each layout as it comes."""
    with Projector(address) as projector:
        embedding = next(embedding for run in projector.runs() for embedding in run.embeddings)
        sys.stdout.write(f"{embedding.display_name}: {embedding.n_points} x {embedding.n_dims}\n")
        job = projector.tsne(embedding, n_dims=2, n_steps=n_steps)
        for frame in job:
            width, height = frame.layout.max(axis=0) - frame.layout.min(axis=0)
            sys.stdout.write(f"step {frame.step}: loss {frame.loss:.3f} nats, {width:.1f} x {height:.1f}\n")
        sys.stdout.write(f"{job.state().phase} after {job.state().step} steps\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8081", int(sys.argv[2]) if len(sys.argv) > 2 else 500)
