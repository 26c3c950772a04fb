"""What is left of pictures under noise, from weak noise to strong."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from matplotlib.figure import Figure

from recipes.figures._style import BLUE, GREY, ORANGE, figure, plain

NOISY = "noisy"
COLORS = (ORANGE, "#4c9f70", "#8d6cab", "#b5523b", "#3a3a3a")


def draw(
    levels: Sequence[float], curves: Mapping[str, Sequence[float]], title: str, trained: tuple[float, float]
) -> Figure:
    """Draws PSNR by the noise's standard deviation, and which noise the model was trained on.

    Names stand at the ends of their lines, or in a legend where they would cover each other.

    Args:
        levels: The noise's standard deviations, rising, in steps of 8 bits.
        curves: By method, the model first, PSNR in dB, a number a level; what is called "noisy" is drawn as such, and
            of others there are at most five.
        title: The figure's title.
        trained: The lowest and the highest standard deviation trained on.
    """
    made, axes = figure(6.5, 4, title=title)
    plot = axes[0, 0]
    low, high = trained
    # An edge, because the range of one standard deviation has no width.
    plot.axvspan(low, high, facecolor=(BLUE, 0.1), edgecolor=(BLUE, 0.4))
    words = f"trained on {low:g}" if low == high else f"trained on {low:g} to {high:g}"
    above = {"xycoords": plot.get_xaxis_transform(), "textcoords": "offset points"}
    plot.annotate(words, ((low + high) / 2, 1), (0, 3), ha="center", fontsize=8, color=BLUE, **above)
    ours, *others = (method for method in curves if method != NOISY)
    colors = {ours: BLUE, NOISY: GREY, **dict(zip(others, COLORS, strict=False))}
    names = []
    for method, values in curves.items():
        color = colors[method]
        width, style = 3 if method == ours else 1.5, ":" if method == NOISY else "-"
        plot.plot(levels, values, color=color, linewidth=width, linestyle=style, marker="o", label=method)
        end = (levels[-1], values[-1])
        names.append(plot.annotate(method, end, (8, 0), textcoords="offset points", va="center", color=color))
    plot.set(xlabel="noise: standard deviation, in steps of 8 bits", ylabel="PSNR, dB")
    plain(plot)
    made.draw_without_rendering()
    boxes = [name.get_window_extent() for name in names]
    if any(one.overlaps(other) for one, other in combinations(boxes, 2)):
        for name in names:
            name.remove()
        made.legend(loc="outside right center", frameon=False)
    return made
