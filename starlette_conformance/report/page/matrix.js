// The matrix: rows fold by app and by spec, columns are stacks. Only the rows in view exist.

const ROW = 24;
const matrix = { open: new Set(), rows: [], at: { row: 0, column: -1 }, words: "", only: "all" };

// A node of the tree: an app, a spec with its cases, or a case; `specs` are the rows below it.
function tree() {
  const apps = new Map();
  for (const spec of data.specs) {
    if (!apps.has(spec.app)) apps.set(spec.app, new Map());
    const functions = apps.get(spec.app);
    const key = `${spec.file}::${spec.name}`;
    if (!functions.has(key)) functions.set(key, []);
    functions.get(key).push(spec.number);
  }
  return [...apps].map(([app, functions]) => ({
    key: app,
    label: visible(app),
    level: 1,
    specs: [...functions.values()].flat(),
    children: [...functions].map(([key, specs]) => {
      const one = specs.length === 1 && !data.specs[specs[0]].case;
      return {
        key: `${app} ${key}`,
        label: one ? specSentence(specs[0]) : visible(data.specs[specs[0]].name),
        level: 2,
        specs,
        children: one
          ? []
          : specs.map((spec) => ({
              key: `#${spec}`,
              label: visible(data.specs[spec].case || data.specs[spec].name),
              level: 3,
              specs: [spec],
              children: [],
            })),
      };
    }),
  }));
}

// What is drawn in a row's cells: the worst verdict, and whether a response changed there.
const WORST = ["fail", "harness error", "did not start", "not installable", "pass"];

function marks(node) {
  if (node.marks) return node.marks;
  node.marks = data.stacks.map((_, stack) => {
    const verdicts = new Set(node.specs.map((spec) => cellOf(spec, stack)?.verdict));
    const verdict = WORST.find((word) => verdicts.has(word)) ?? "missing";
    return { verdict, partly: verdicts.has(undefined) && verdict !== "missing", turn: "", phase: 0 };
  });
  for (const spec of node.specs) {
    for (const turn of turnsOf[spec]) {
      const mark = node.marks[turn.stack];
      const explained = !data.explanations[turn.explanation].remaining.length;
      mark.turn = explained && mark.turn !== "unexplained" ? "explained" : "unexplained";
    }
  }
  for (const group of data.groups) {
    let phase = 0;
    for (const stack of group.stacks) {
      if (node.marks[stack].turn) phase += 1;
      node.marks[stack].phase = phase % 2;
    }
  }
  return node.marks;
}

const differs = (spec) =>
  [upgrade.older, upgrade.newer].some((stack) => cellOf(spec, stack)?.requests.some((request) => upgrade.requests.has(request)));

function wanted(spec) {
  const { words, only } = matrix;
  if (only === "turned" && !turnsOf[spec].length) return false;
  if (only === "differing" && !differs(spec)) return false;
  if (only === "failing" && !data.specs[spec].cells.some((cell) => cell !== null && data.cells[cell].verdict !== "pass")) {
    return false;
  }
  const { app, id, name } = data.specs[spec];
  const text = `${app} ${id} ${name}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

// The rows to draw, in order; a filter opens what it finds.
function listRows() {
  const filtered = matrix.words !== "" || matrix.only !== "all";
  const rows = [];
  const add = (node) => {
    const specs = filtered ? node.specs.filter(wanted) : node.specs;
    if (!specs.length) return;
    const shown = specs.length === node.specs.length ? node : { ...node, specs, marks: null };
    rows.push(shown);
    const open = matrix.open.has(node.key) || (matrix.words !== "" && node.level === 1);
    shown.expanded = node.children.length ? open : null;
    if (open) node.children.forEach(add);
  };
  matrix.tree ??= tree();
  matrix.tree.forEach(add);
  matrix.rows = rows;
  const found = rows.filter((row) => row.level === 1).reduce((sum, row) => sum + row.specs.length, 0);
  byId("found").textContent = `${grouped(found)} of ${counted(data.specs.length, "spec")}`;
  matrix.at.row = Math.min(matrix.at.row, Math.max(0, rows.length - 1));
}

function drawRow(row, index) {
  const cells = marks(row).map((mark, stack) => {
    const words = [mark.verdict, mark.partly && "partly", mark.turn && `turn ${mark.turn}`, mark.phase && "odd"];
    const names = words.filter(Boolean).join(" ").replace("not installable", "uninstallable").replace("did not start", "dead").replace("harness error", "broken");
    const said = `${data.stacks[stack].label}: ${mark.verdict === "missing" ? "no verdict" : mark.verdict}${mark.turn ? `, another response than before (${mark.turn})` : ""}`;
    return make("span", { role: "gridcell", id: `c${index}-${stack}`, class: `cell ${names}`, "data-column": stack, title: said, "aria-label": said });
  });
  const folded = row.expanded === null ? "" : row.expanded ? "▾" : "▸";
  const count = row.children.length ? make("small", null, ` ${grouped(row.specs.length)}`) : null;
  return make(
    "div",
    {
      role: "row",
      class: `row level${row.level}`,
      "data-row": index,
      "aria-level": row.level,
      "aria-rowindex": index + 2,
      "aria-expanded": row.expanded === null ? null : `${row.expanded}`,
    },
    make(
      "span",
      { role: "rowheader", id: `c${index}--1`, class: "label", title: row.label },
      make("span", { class: "fold", "aria-hidden": "true" }, folded),
      make("span", { class: "what" }, row.label),
      count,
    ),
    cells,
  );
}

function drawMatrix(all = false) {
  const scroller = byId("matrix");
  const canvas = byId("rows");
  const head = byId("columns").offsetHeight;
  canvas.style.height = `${matrix.rows.length * ROW}px`;
  const first = all ? 0 : Math.max(0, Math.floor((scroller.scrollTop - head) / ROW) - 5);
  const room = Math.max(scroller.clientHeight, 300);
  const last = all ? matrix.rows.length : Math.min(matrix.rows.length, first + Math.ceil(room / ROW) + 12);
  const shown = [];
  for (let index = first; index < last; index += 1) {
    const row = drawRow(matrix.rows[index], index);
    row.style.top = `${index * ROW}px`;
    shown.push(row);
  }
  canvas.replaceChildren(...shown);
  scroller.setAttribute("aria-rowcount", matrix.rows.length + 1);
  showPlace();
}

function showPlace() {
  const { row, column } = matrix.at;
  const scroller = byId("matrix");
  scroller.querySelectorAll(".here").forEach((each) => each.classList.remove("here"));
  const here = byId(`c${row}-${column}`);
  here?.classList.add("here");
  if (here) scroller.setAttribute("aria-activedescendant", here.id);
}

function drawColumns() {
  const scroller = byId("matrix");
  const count = data.stacks.length;
  const label = scroller.clientWidth < 620 ? 150 : 300;
  const pitch = Math.max(10, Math.min(34, Math.floor((scroller.clientWidth - label - 4) / count)));
  scroller.style.setProperty("--pitch", `${pitch}px`);
  scroller.style.setProperty("--label", `${label}px`);
  const several = data.groups.length > 1;
  const groups = data.groups.map((group) => {
    const name = make("span", { class: "series", title: group.name }, several ? visible(group.name) : "");
    name.style.width = `${group.stacks.length * pitch}px`;
    return name;
  });
  const names = data.stacks.map((stack, number) => {
    const picked = number === upgrade.older || number === upgrade.newer;
    return make("span", { role: "columnheader", class: picked ? "picked" : "", title: stack.label }, make("span", null, visible(stack.short)));
  });
  fill(
    byId("columns"),
    make("span", { class: "label", role: "columnheader" }, "the server …"),
    make("div", { class: "names" }, several ? make("div", { class: "groups" }, groups) : null, make("div", { class: "stacks" }, names)),
  );
}

function redrawMatrix() {
  listRows();
  drawColumns();
  drawMatrix();
}

// Bring the newer of the two into view, where there are more columns than room.
function showNewer() {
  const scroller = byId("matrix");
  const pitch = parseFloat(scroller.style.getPropertyValue("--pitch"));
  const label = parseFloat(scroller.style.getPropertyValue("--label"));
  scroller.scrollLeft = (upgrade.newer + 2) * pitch + label - scroller.clientWidth;
}

function fold(index, open) {
  const row = matrix.rows[index];
  if (!row || row.expanded === null) return;
  if (open ?? !row.expanded) matrix.open.add(row.key);
  else matrix.open.delete(row.key);
  listRows();
  drawMatrix();
}

function openPlace() {
  const row = matrix.rows[matrix.at.row];
  if (!row) return;
  if (row.children.length) fold(matrix.at.row);
  else if (matrix.at.column >= 0) openCell(row.specs[0], matrix.at.column);
  else openCell(row.specs[0], upgrade.newer);
}

function scrollToPlace() {
  const scroller = byId("matrix");
  const { row, column } = matrix.at;
  const head = byId("columns").offsetHeight;
  const top = row * ROW;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  const bottom = top + ROW + head - scroller.clientHeight + 18;
  if (bottom > scroller.scrollTop) scroller.scrollTop = bottom;
  const pitch = parseFloat(scroller.style.getPropertyValue("--pitch"));
  const label = parseFloat(scroller.style.getPropertyValue("--label"));
  if (column >= 0) {
    const left = column * pitch;
    const shown = scroller.clientWidth - label - pitch;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    if (left > scroller.scrollLeft + shown) scroller.scrollLeft = left - shown;
  }
  drawMatrix();
}

const KEYS = {
  ArrowDown: () => (matrix.at.row += 1),
  ArrowUp: () => (matrix.at.row -= 1),
  PageDown: () => (matrix.at.row += 15),
  PageUp: () => (matrix.at.row -= 15),
  Home: () => (matrix.at.column = -1),
  End: () => (matrix.at.column = data.stacks.length - 1),
  ArrowRight: () => {
    const row = matrix.rows[matrix.at.row];
    if (matrix.at.column < 0 && row?.expanded === false) fold(matrix.at.row, true);
    else matrix.at.column += 1;
  },
  ArrowLeft: () => {
    const row = matrix.rows[matrix.at.row];
    if (matrix.at.column < 0 && row?.expanded) fold(matrix.at.row, false);
    else matrix.at.column -= 1;
  },
};

function startMatrix() {
  const scroller = byId("matrix");
  let waiting = false;
  scroller.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      drawMatrix();
    });
  });
  scroller.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const column = event.target.closest("[data-column]");
    matrix.at = { row: Number(row.dataset.row), column: column ? Number(column.dataset.column) : -1 };
    openPlace();
    showPlace();
  });
  scroller.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") openPlace();
    else if (KEYS[event.key]) KEYS[event.key]();
    else return;
    event.preventDefault();
    matrix.at.row = Math.max(0, Math.min(matrix.rows.length - 1, matrix.at.row));
    matrix.at.column = Math.max(-1, Math.min(data.stacks.length - 1, matrix.at.column));
    scrollToPlace();
  });
  byId("words").addEventListener("input", (event) => {
    matrix.words = event.target.value.trim().toLowerCase();
    scroller.scrollTop = 0;
    redrawMatrix();
  });
  byId("only").addEventListener("change", (event) => {
    matrix.only = event.target.value;
    scroller.scrollTop = 0;
    redrawMatrix();
  });
  byId("unfold").addEventListener("click", () => {
    const all = matrix.tree.flatMap((app) => [app, ...app.children]);
    const open = matrix.open.size === 0;
    matrix.open = new Set(open ? all.filter((node) => node.children.length).map((node) => node.key) : []);
    byId("unfold").textContent = open ? "Fold all" : "Unfold all";
    redrawMatrix();
  });
  addEventListener("resize", redrawMatrix);
}
