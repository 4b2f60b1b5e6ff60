"""The figure of scaling.py: a column for each axis; time, memory and the error of its prediction above each other."""
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

# Okabe and Ito's colours, told apart by any eye, and markers for print without colours.
STYLES = [("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^")]
GUIDE = "#777777"
# Time per sample ∝ value to this power, were there nothing but the network's own arithmetic; and how to say it.
IDEALS = {"size": (2, "∝ side²"), "width": (2, "∝ width²"), "batch": (0, "constant"), "threads": (-1, "∝ threads")}
ROWS = ["time per sample (ms)", "memory (MiB)", "error of prediction (%)"]
LABELS = 6  # on one axis, at most


def plain(value, _=None):
    return f"{value:g}"


def ticks(values):
    """Of values on a logarithmic axis, as many as can be read."""
    ordered = sorted(set(values))
    return ordered[::-(-len(ordered) // LABELS)]


def draw(panels, points, axis, style):
    """One subject along one axis, down the column."""
    colour, marker = style
    time, memory, error = panels
    marked = {"color": colour, "marker": marker, "markersize": 5.5}
    values = [point.value for point in points]
    heights = [point.milliseconds for point in points]
    power = IDEALS[axis][0]
    if axis == "threads":  # the scale of time would hide what matters here
        heights, power = [heights[0] / height for height in heights], 1
    anchor = next((i for i, point in enumerate(points) if point.value == point.subject.base.get(axis)), 0)
    time.plot(values, [heights[anchor] * (value / values[anchor]) ** power for value in values], ":", color=GUIDE,
              linewidth=1.2)
    time.plot(values, heights, linewidth=1.6, **marked)
    memory.plot(values, [point.predicted for point in points], color=colour, linewidth=1.2)
    memory.plot(values, [point.measured for point in points], linestyle="none", **marked)
    error.plot(values, [100 * point.error() for point in points], linewidth=0.8, **marked)


def scale(panels, axis, title, values, tolerance):
    for panel in panels:
        if axis != "threads":
            panel.set_xscale("log", base=2)
        panel.margins(x=0.08)
        panel.xaxis.set_major_locator(FixedLocator(ticks(values)))
        panel.xaxis.set_major_formatter(FuncFormatter(plain))
        panel.xaxis.set_minor_locator(NullLocator())
        panel.grid(True, color="#e4e4e4", linewidth=0.7)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
    time, memory, error = panels
    for panel in [memory] if axis == "threads" else [time, memory]:
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter(FuncFormatter(plain))
        panel.yaxis.set_minor_locator(NullLocator())
    if axis == "threads":
        time.set_ylim(bottom=0)
        time.set_ylabel("speed-up over one thread")
    time.set_title(f"dotted: {IDEALS[axis][1]}", fontsize=9, color=GUIDE, loc="right")
    error.axhspan(-tolerance, tolerance, color="#e9e9e9", zorder=0)
    error.axhline(0, color=GUIDE, linewidth=0.8)
    error.set_xlabel(title)


def share_heights(grid, axes):
    """Panels of a row have one scale, but for the speed-up. Before anything is drawn, or the first panel's wins."""
    for index, row in enumerate(grid):
        for panel, axis in list(zip(row, axes))[1:]:
            if index > 0 or axis != "threads":
                panel.sharey(row[0])
                panel.tick_params(labelleft=False)


def legend(figure, subjects):
    entries = [Line2D([], [], color=colour, marker=marker, label=label)
               for label, (colour, marker) in zip(subjects, STYLES)]
    entries += [Line2D([], [], color="black", marker="o", linestyle="none", label="memory: measured"),
                Line2D([], [], color="black", linewidth=1.2, label="memory: predicted")]
    figure.legend(handles=entries, loc="upper center", ncol=len(entries), frameon=False)


def plot(points, axes, path, tolerance, machine):
    """`axes` are {axis: its title}; `tolerance` of the prediction is in per cent."""
    subjects = {point.subject.label: point.subject.base for point in points}
    figure = Figure(figsize=(13, 8.6), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.93))  # x, y, width, height: room for the legend and the notes
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(ROWS), len(axes), sharex="col", gridspec_kw={"height_ratios": [3, 3, 1.8]})
    share_heights(grid, axes)
    for column, (axis, title) in enumerate(axes.items()):
        panels = grid[:, column]
        for label, style in zip(subjects, STYLES):
            chosen = [point for point in points if point.axis == axis and point.subject.label == label]
            if chosen:
                draw(panels, chosen, axis, style)
        scale(panels, axis, title, [point.value for point in points if point.axis == axis], tolerance)
    for panel, title in zip(grid[:, 0], ROWS):
        panel.set_ylabel(title)
    figure.align_ylabels(grid[:, 0])
    grid[2, 0].text(0.02, 0.97, f"grey: within {tolerance:g} %", transform=grid[2, 0].transAxes, va="top", fontsize=9,
                    color=GUIDE)
    legend(figure, subjects)
    bases = (f"{label}: {', '.join(f'{axis} {value}' for axis, value in base.items())}"
             for label, base in subjects.items())
    figure.text(0.01, 0.01, f"Where it does not vary — {'; '.join(bases)}.", fontsize=9, color=GUIDE)
    figure.text(0.99, 0.01, machine, fontsize=9, color=GUIDE, ha="right")
    figure.savefig(path, dpi=110)
