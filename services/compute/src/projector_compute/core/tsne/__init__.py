"""t-SNE by its own stages: affinities, initialisation, attraction, repulsion, update, optimiser.

Source: L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008); gains and schedule after
L. van der Maaten, "Accelerating t-SNE using Tree-Based Algorithms", JMLR 15 (2014).
"""
