"""The list of jobs, in the words of the product."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, expect

from e2e.projector_page import ProjectorPage


class JobsPanel:
    """All jobs of the embedding that is open."""

    def __init__(self, page: ProjectorPage) -> None:
        self._page = page

    def row(self, job_id: str) -> Locator:
        return self._page.page.locator(f"[data-job='{job_id}']")

    def open(self, job_id: str) -> None:
        """Show a job."""
        self.row(job_id).get_by_test_id("job").click()
        expect(self.row(job_id).get_by_test_id("job")).to_have_attribute("aria-current", "true")

    def n_colors(self, job_id: str) -> int:
        """How many colours a job's stamp has; one or two while it is empty."""
        picture = Image.open(io.BytesIO(self.row(job_id).locator("canvas").screenshot())).convert("RGB")
        return len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0))

    def choose(self, job_id: str, test_id: str) -> None:
        """Take an entry of a job's menu."""
        row = self.row(job_id)
        row.get_by_test_id("job-menu").click()
        row.get_by_test_id(test_id).click()
