"""UMAP by its own stages: curve, graph, initialisation, epochs.

Source: L. McInnes, J. Healy, J. Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension
Reduction", arXiv:1802.03426 (2018).
"""
