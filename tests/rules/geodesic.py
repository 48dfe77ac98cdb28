"""Distance on the WGS-84 ellipsoid by T. Vincenty's inverse formula (Survey Review 23, 1975)."""

from math import atan, atan2, cos, hypot, radians, sin, sqrt, tan

A, F = 6378137.0, 1 / 298.257223563
B = A * (1 - F)


def metres_on_the_ellipsoid(
    longitude: float, latitude: float, other_longitude: float, other_latitude: float
) -> float:
    """Metres, true to a millimetre, between two points in degrees that are not nearly antipodal."""
    u1, u2 = (atan((1 - F) * tan(radians(x))) for x in (latitude, other_latitude))
    turn = step = radians(other_longitude - longitude)
    for _ in range(50):
        sine = hypot(cos(u2) * sin(step), cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(step))
        if sine == 0:
            return 0.0
        cosine = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(step)
        arc = atan2(sine, cosine)
        alpha = cos(u1) * cos(u2) * sin(step) / sine
        square = 1 - alpha**2
        middle = cosine - 2 * sin(u1) * sin(u2) / square if square else 0.0
        c = F / 16 * square * (4 + F * (4 - 3 * square))
        before = step
        step = turn + (1 - c) * F * alpha * (arc + c * sine * (middle + c * cosine * (2 * middle**2 - 1)))
        if abs(step - before) < 1e-13:
            break
    k = (sqrt(1 + square * (A**2 - B**2) / B**2) - 1) / (sqrt(1 + square * (A**2 - B**2) / B**2) + 1)
    a, b = (1 + k**2 / 4) / (1 - k), k * (1 - 3 * k**2 / 8)
    rest = b / 4 * (cosine * (2 * middle**2 - 1))
    rest -= b**2 / 24 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return B * a * (arc - b * sine * (middle + rest))
