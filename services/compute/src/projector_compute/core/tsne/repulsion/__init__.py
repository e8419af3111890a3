"""How all points push each other apart.

With ``q = 1 / (1 + |y_i - y_j|^2)`` the repulsive part of the gradient is ``F / Z``, where ``F_i = sum_j q^2 (y_i -
y_j)`` and ``Z = sum_i sum_{j != i} q``. Few points are summed pair by pair; many as particles on a particle mesh (P3M),
whose cost hardly depends on how far a layout extends.
"""
