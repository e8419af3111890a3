"""People bring embeddings with them: by choosing or dropping files, with the mouse or the keyboard."""

from __future__ import annotations

import io

import numpy as np
from playwright.sync_api import FilePayload, expect

from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from fixtures.browser import Pages

N_POINTS = 40
LIST_MS = 20_000
"""Until a page has been told of a new run."""


def tensor() -> bytes:
    """An ``.npy`` file of ``(N_POINTS, 6)``."""
    file = io.BytesIO()
    np.save(file, np.random.default_rng(2).standard_normal((N_POINTS, 6)).astype(np.float32))
    return file.getvalue()


def labels() -> bytes:
    lines = [f"planet {i}\t{'even' if i % 2 == 0 else 'odd'}" for i in range(N_POINTS)]
    return "\n".join(["name\tparity", *lines]).encode()


def choose(shown: ProjectorPage, role: str, name: str, content: bytes) -> None:
    payload = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    shown.page.get_by_test_id(f"upload-{role}").locator("input").set_input_files(payload)


def drop(shown: ProjectorPage, files: dict[str, bytes]) -> None:
    """Let files fall on the cloud."""
    transfer = shown.page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of Object.entries(files))
                transfer.items.add(new File([new Uint8Array(bytes)], name));
            return transfer;
        }""",
        {name: list(content) for name, content in files.items()},
    )
    for event in ("dragover", "drop"):
        shown.cloud.dispatch_event(event, {"dataTransfer": transfer})


def test_dropped_files_are_shown_to_everybody_until_they_are_deleted(open_projector: OpenProjector) -> None:
    mine, theirs = open_projector(), open_projector()
    mine.open()
    theirs.open()
    n_demo = theirs.shown().n_points

    drop(mine, {"labels.tsv": labels(), "planets.npy": tensor()})
    dialog = mine.page.get_by_test_id("upload-dialog")
    expect(dialog.get_by_test_id("upload-metadata")).to_contain_text("labels.tsv")
    dialog.get_by_label("Name").fill("Unsere Planeten 🪐")
    dialog.get_by_role("button", name="Upload", exact=True).click()

    mine.wait_for_points(N_POINTS)
    expect(mine.by_id("run-picker")).to_contain_text("Uploads/Unsere Planeten 🪐")
    mine.search("planet 7", column="name")
    expect(mine.page.get_by_role("button", name="Select", exact=True)).to_be_visible()

    listed = theirs.page.get_by_role("listbox", name="Uploads/Unsere Planeten 🪐")
    theirs.by_id("run-picker").click()
    expect(listed).to_be_visible(timeout=LIST_MS)
    listed.get_by_role("option").click()
    theirs.wait_for_points(N_POINTS)

    mine.by_id("run-picker").click()
    mine.page.get_by_role("button", name="Delete Uploads/Unsere Planeten 🪐").click()
    mine.page.get_by_role("button", name="Delete the upload").click()
    mine.wait_for_points(n_demo)
    expect(theirs.by_id("gone")).to_contain_text("were deleted", timeout=LIST_MS)
    assert theirs.shown().n_points == N_POINTS
    theirs.by_id("run-picker").click()
    expect(listed).to_be_hidden(timeout=LIST_MS)
    expect(mine.by_id("gone")).to_be_hidden()


def test_an_upload_needs_no_mouse_and_a_refusal_stays_until_it_is_mended(
    pages: Pages, open_projector: OpenProjector
) -> None:
    shown = open_projector()
    shown.open()
    shown.by_id("run-picker").press("Enter")
    expect(shown.page.get_by_test_id("embedding-option").first).to_be_focused()
    shown.page.keyboard.press("End")
    shown.page.keyboard.press("Enter")
    dialog = shown.page.get_by_role("dialog", name="Upload an embedding")
    expect(dialog.get_by_label("Tensor")).to_be_focused()

    choose(shown, "tensor", "planets.npy", b"no array")
    dialog.get_by_label("Name").press("Enter")
    refusal = dialog.get_by_role("alert")
    expect(refusal).to_contain_text("planets.npy")
    (complaint,) = pages.opened[-1].take_complaints()
    assert "400" in complaint

    dialog.get_by_role("button", name="Take planets.npy away").press("Enter")
    expect(refusal).to_be_hidden()
    expect(dialog.get_by_label("Tensor")).to_be_focused()
    shown.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(shown.by_id("run-picker")).to_be_focused()
