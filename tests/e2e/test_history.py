"""Back and forward: each picture has its place in the browser's history."""

from __future__ import annotations

from e2e.bookmarks_panel import BookmarksPanel
from e2e.projector_page import ADDRESS_DIGITS, ProjectorPage, Shown

HOME_OF_TWO_DIMENSIONS = '{"mode":"orthographic","position":[0,0,4],"target":[0,0,0],"up":[0,1,0],"zoom":1}'


def test_back_and_forward_show_the_pictures_again(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    bookmarks = BookmarksPanel(projector_page)
    projector_page.open()
    bookmarks.create_collection("Places")
    projector_page.turn()
    components = projector_page.shown()
    bookmarks.save("components")
    projector_page.run_tsne_to_its_end(n_dims=2, perplexity=33, n_steps=20)
    projector_page.wait_for_camera(HOME_OF_TWO_DIMENSIONS)
    neighbors = projector_page.shown()
    bookmarks.open("components")
    projector_page.wait_for_camera(components.camera)

    page.go_back()
    wait_for_picture(projector_page, neighbors)
    page.go_back()
    wait_for_picture(projector_page, components)
    page.go_forward()
    wait_for_picture(projector_page, neighbors)
    page.go_forward()
    wait_for_picture(projector_page, components)
    assert projector_page.address("bookmark") is not None


def wait_for_picture(projector_page: ProjectorPage, picture: Shown) -> None:
    def is_shown() -> bool:
        shown = projector_page.shown()
        return (shown.method, shown.step, shown.layout_hash) == (picture.method, picture.step, picture.layout_hash)

    projector_page.wait(is_shown, what=f"the {picture.method} again")
    projector_page.wait_for_camera(picture.camera, within=ADDRESS_DIGITS)
