"""Sprite atlases: one image with the thumbnails of all points, served in pages that every GPU takes."""
