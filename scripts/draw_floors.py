"""Draws docs/pictures/floors.svg from the imports of src/saccade and the table of the floors.

    python scripts/draw_floors.py          write the picture
    python scripts/draw_floors.py --check  say whether it is as the code is

A line leads from a room to one that it imports. Those that follow from others are left out: where
`cli` imports `recipe`, and `recipe` imports `models`, no line leads from `cli` to `models`. So are
those to the lowest floor, whose words every room uses.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from house.import_graph import read_floors, read_graph  # noqa: E402

PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "pictures" / "floors.svg"
WIDTH, ROW, BOX, GAP, LEFT, TOP = 1080, 84, 34, 10, 132, 16
PER_LETTER, PADDING = 7.8, 20
OF_FLOOR = {
    0: "words",
    1: "arrays",
    2: "parts",
    3: "engines",
    4: "training",
    5: "models",
    6: "networks",
    7: "recipe",
    8: "Keras's faces",
    9: "our faces",
}
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933 }
  .floor { font-size: 12px; fill: #7b8794 }
  .count { font-size: 10px; fill: #7b8794 }
  rect { fill: #eef2f7; stroke: #9fb3c8 }
  .file { fill: #ffffff }
  path { fill: none; stroke: #486581; stroke-opacity: .32 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb } .floor, .count { fill: #9aa5b1 }
    rect { fill: #243b53; stroke: #627d98 } .file { fill: #102a43 }
    path { stroke: #bcccdc; stroke-opacity: .34 } .page { fill: #0b1a29 }
  }
  .page { fill: #ffffff; stroke: none }
"""


def draw(graph: dict[str, set[str]], floors: dict[str, int]) -> str:
    """The picture as SVG: a row a floor, a box a room, a line an import."""
    sizes = count_files(graph, floors)
    boxes, height = place_boxes(sizes, floors)
    lines = sorted(needed_lines(room_imports(graph, floors), floors))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>The floors of saccade, from its imports</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
    ]
    for room, target in lines:
        x, y, width = boxes[room]
        to_x, to_y, to_width = boxes[target]
        begin, end = (x + width / 2, y + BOX), (to_x + to_width / 2, to_y)
        bend = (end[1] - begin[1]) / 2
        parts.append(
            f'<path d="M{begin[0]:.0f} {begin[1]} C{begin[0]:.0f} {begin[1] + bend:.0f} '
            f'{end[0]:.0f} {end[1] - bend:.0f} {end[0]:.0f} {end[1]}"/>'
        )
    for floor in sorted(set(floors.values())):
        y = min(y for room, (_, y, _) in boxes.items() if floors[room] == floor)
        parts.append(f'<text class="floor" x="12" y="{y + 22}">{floor} {OF_FLOOR[floor]}</text>')
    for room, (x, y, width) in sorted(boxes.items()):
        kind = ' class="file"' if sizes[room] == 1 else ""
        parts.append(f'<rect{kind} x="{x}" y="{y}" width="{width}" height="{BOX}" rx="4"/>')
        parts.append(f'<text x="{x + PADDING // 2}" y="{y + 21}">{room}</text>')
        if sizes[room] > 1:
            right = x + width - 6
            parts.append(
                f'<text class="count" x="{right}" y="{y + 21}" text-anchor="end">'
                f"{sizes[room]}</text>"
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def count_files(graph: dict[str, set[str]], floors: dict[str, int]) -> dict[str, int]:
    """How many files each room has."""
    sizes = dict.fromkeys(floors, 0)
    for module in graph:
        room = module.split(".")[1] if "." in module else ""
        if room in sizes:
            sizes[room] += 1
    return sizes


def room_imports(graph: dict[str, set[str]], floors: dict[str, int]) -> dict[str, set[str]]:
    """For each room the rooms of lower floors, words excepted, that its files import."""
    found: dict[str, set[str]] = {room: set() for room in floors}
    for module, targets in graph.items():
        room = module.split(".")[1] if "." in module else ""
        others = {target.split(".")[1] for target in targets if "." in target}
        if room in floors:
            found[room] |= {one for one in others & set(floors) if 0 < floors[one] < floors[room]}
    return found


def needed_lines(imports: dict[str, set[str]], floors: dict[str, int]) -> set[tuple[str, str]]:
    """The imports that do not follow from others."""
    below: dict[str, set[str]] = {}
    lines = set()
    for room in sorted(imports, key=lambda one: floors[one]):  # the lowest first
        implied = {far for near in imports[room] for far in below[near]}
        lines |= {(room, target) for target in imports[room] - implied}
        below[room] = imports[room] | implied
    return lines


def place_boxes(
    sizes: dict[str, int], floors: dict[str, int]
) -> tuple[dict[str, tuple[int, int, int]], int]:
    """(left, top, width) of each room, the highest floor at the top; and the picture's height."""
    boxes: dict[str, tuple[int, int, int]] = {}
    top = TOP
    for floor in sorted(set(floors.values()), reverse=True):
        rooms = [room for room in floors if floors[room] == floor]
        rows: list[list[tuple[str, int]]] = [[]]
        used = 0
        for room in rooms:
            count = 16 if sizes[room] > 1 else 0
            width = round(len(room) * PER_LETTER) + PADDING + count
            if used + width > WIDTH - LEFT - 12:
                rows.append([])
                used = 0
            rows[-1].append((room, width))
            used += width + GAP
        for row in rows:
            spare = WIDTH - LEFT - 12 - sum(width + GAP for _, width in row) + GAP
            x = LEFT + spare // 2
            for room, width in row:
                boxes[room] = x, top, width
                x += width + GAP
            top += BOX + GAP
        top += ROW - BOX - GAP
    return boxes, top - (ROW - BOX - GAP) + TOP


def main() -> None:
    floors = read_floors(PAGE.read_text(encoding="utf-8"))
    picture = draw(read_graph(ROOT / "src" / "saccade"), floors)
    if "--check" in sys.argv:
        old = PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else ""
        sys.exit(0 if picture == old else f"{PICTURE.name} is old: python scripts/draw_floors.py")
    PICTURE.write_text(picture, encoding="utf-8")
    print(f"Wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
