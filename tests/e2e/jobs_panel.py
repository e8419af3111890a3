"""The list of jobs, in the words of the product."""

from __future__ import annotations

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

    def n_colored(self, job_id: str) -> int:
        """How many pixels of a job's stamp are painted."""
        count: int = (
            self.row(job_id)
            .locator("canvas")
            .evaluate(
                """canvas => {
                const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                return data.filter((_, at) => at % 4 === 3 && data[at] > 0).length;
            }"""
            )
        )
        return count

    def choose(self, job_id: str, test_id: str) -> None:
        """Take an entry of a job's menu."""
        row = self.row(job_id)
        row.get_by_test_id("job-menu").click()
        row.get_by_test_id(test_id).click()
