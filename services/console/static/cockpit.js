// Draws the cockpit's charts from the tables beneath them: a chart shows what its table says, and nothing
// else. Without this file, and for those who listen, the tables are the page.
(() => {
  "use strict";
  const { echarts } = window;
  if (!echarts) return;
  const WAN = 10000;
  const drawn = new Map();
  let onPaper = false;

  // Colours are the page's own, so that day, night and paper need no second list.
  const look = () => {
    const style = getComputedStyle(document.getElementById("cockpit"));
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      series: [1, 2, 3, 4, 5, 6].map((n) => of(`--chart-${n}`)),
      ink: of("--chart-ink"), soft: of("--chart-soft"), line: of("--chart-line"), limit: of("--chart-limit"),
      paper: of("--chart-paper"), font: style.fontFamily, size: parseFloat(style.fontSize) * 0.82,
    };
  };

  // What a table says: its columns that are drawn, and its rows with the page each figure opens to.
  const read = (table) => {
    const heads = [...table.tHead.rows[0].cells].slice(1);
    const columns = heads
      .map((head, at) => ({ at, name: head.textContent, unit: head.dataset.unit, as: head.dataset.drawn }))
      .filter((one) => one.as);
    const rows = [...table.tBodies[0].rows].map((row) => ({
      name: row.cells[0].textContent.trim(), key: row.cells[0].dataset.key,
      cells: columns.map((one) => {
        const cell = row.cells[one.at + 1];
        const value = cell.dataset.n === "" ? null : Number(cell.dataset.n);
        return { value, text: cell.textContent.trim(), link: cell.querySelector("a")?.href };
      }),
    }));
    return { columns, rows };
  };
  const scaled = (value, unit) =>
    value === null ? null : unit === "money" ? value / WAN : unit === "percent" ? value / 100 : value;
  const axisText = (unit) => (value) =>
    unit === "percent" ? `${value}%` : Math.abs(value) >= WAN ? `${(value / WAN).toLocaleString()}${document.documentElement.lang.startsWith("zh") ? "亿" : "×10⁸"}` : value.toLocaleString();
  const item = (cell, unit) => ({ value: scaled(cell.value, unit), link: cell.link, text: cell.text });

  const common = (colours) => ({
    animation: false,
    aria: { enabled: false, decal: { show: onPaper } },
    color: colours.series,
    textStyle: { fontFamily: colours.font, fontSize: colours.size, color: colours.ink },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: colours.paper, borderColor: colours.line,
      textStyle: { color: colours.ink, fontSize: colours.size },
    },
  });
  const axisLook = (colours) => ({
    axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false },
    axisLabel: { color: colours.soft, fontSize: colours.size },
    splitLine: { lineStyle: { color: colours.line, width: 1 } },
  });

  // Time runs from left to right; a part stands in front of the bar it belongs to.
  const columns = ({ columns: shown, rows }, colours) => {
    const units = [...new Set(shown.map((one) => one.unit))];
    return {
      ...common(colours),
      legend: shown.length > 1
        ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: colours.soft, fontSize: colours.size } }
        : undefined,
      tooltip: {
        ...common(colours).tooltip, trigger: "axis",
        formatter: (points) => [points[0].axisValue, ...points.map((one) => `${one.seriesName}  ${one.data.text}`)].join("\n"),
      },
      grid: { left: 4, right: units.length > 1 ? 4 : 8, top: 34, bottom: 2, containLabel: true },
      xAxis: {
        type: "category", data: rows.map((row) => row.name.slice(2).replace("-", ".")), ...axisLook(colours),
      },
      yAxis: units.map((unit, at) => ({
        type: "value", ...axisLook(colours), min: 0,
        axisLabel: { ...axisLook(colours).axisLabel, formatter: axisText(unit) },
        splitLine: { show: at === 0, lineStyle: { color: colours.line } }, splitNumber: 4,
        minInterval: unit === "count" ? 1 : undefined,
      })),
      series: shown.map((one, at) => ({
        name: one.name, type: one.as === "line" ? "line" : "bar", yAxisIndex: units.indexOf(one.unit),
        barGap: shown.some((each) => each.as === "part") ? "-100%" : "15%", barMaxWidth: 26, z: 2 + at,
        symbol: "circle", symbolSize: 7, lineStyle: { width: 2.5 }, connectNulls: false, cursor: "pointer",
        data: rows.map((row) => item(row.cells[at], one.unit)),
      })),
    };
  };

  // The longest bar on top as the table has it; the figure stands at its end.
  const bars = ({ columns: shown, rows }, colours, limit) => {
    const [one] = shown;
    const wide = Math.max(...rows.map((row) => row.cells[0].value ?? 0), 1);
    return {
      ...common(colours),
      tooltip: { ...common(colours).tooltip, formatter: (point) => `${point.name}\n${one.name}  ${point.data.text}` },
      grid: { left: 2, right: 12, top: 4, bottom: 2, containLabel: false },
      xAxis: { type: "value", show: false, max: scaled(Math.max(wide, limit || 0) * 1.22, one.unit), min: 0 },
      yAxis: { type: "category", inverse: true, show: false, data: rows.map((row) => row.name) },
      series: [{
        type: "bar", barMaxWidth: 12, cursor: "pointer", z: 3,
        data: rows.map((row) => {
          const data = item(row.cells[0], one.unit);
          const over = limit && row.cells[0].value >= limit;
          return { ...data, name: row.name, itemStyle: over ? { color: colours.limit } : undefined };
        }),
        label: {
          show: true, position: "right", color: colours.ink, fontSize: colours.size,
          formatter: (point) => one.unit === "money" ? point.value.toLocaleString(undefined, { maximumFractionDigits: 0 }) : point.data.text,
        },
        showBackground: false,
        markLine: limit
          ? { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colours.limit, type: "dashed", width: 1.5 }, data: [{ xAxis: limit / 100 }] }
          : undefined,
      }, {
        // The names stand above their bars: a long one is cut by nothing.
        type: "bar", barMaxWidth: 12, silent: true, barGap: "-100%", z: 4, data: rows.map(() => 0),
        tooltip: { show: false },
        label: {
          show: true, position: [0, -16], color: colours.soft, fontSize: colours.size, formatter: (point) => rows[point.dataIndex].name,
          overflow: "truncate",
        },
      }],
    };
  };

  // Codes begin with the codes of what they lie in.
  const tree = ({ columns: shown, rows }, colours) => {
    const [one] = shown;
    const below = (prefix, length) => rows
      .filter((row) => row.key.length === length && row.key.startsWith(prefix))
      .map((row) => ({
        name: row.name, ...item(row.cells[0], one.unit),
        children: length < 6 ? below(row.key, length + 2) : undefined,
      }))
      .filter((node) => node.value > 0);
    return {
      ...common(colours),
      tooltip: { ...common(colours).tooltip, formatter: (point) => (point.data?.text ? `${point.name}\n${one.name}  ${point.data.text}` : "") },
      series: [{
        type: "treemap", data: below("", 2), roam: false, nodeClick: false, breadcrumb: { show: false },
        left: 0, right: 0, top: 0, bottom: 0, leafDepth: null, cursor: "pointer",
        label: { fontSize: colours.size, overflow: "truncate", color: "#fff", formatter: (point) => `${point.name}\n${Math.round(point.value).toLocaleString()}` },
        upperLabel: { show: true, height: 20, color: colours.ink, fontSize: colours.size },
        itemStyle: { borderColor: colours.paper, gapWidth: 2, borderWidth: 0 },
        levels: [
          { itemStyle: { gapWidth: 3 }, upperLabel: { show: false } },
          { itemStyle: { gapWidth: 2, borderColor: colours.line, borderWidth: 2 } },
          { itemStyle: { gapWidth: 1, borderColor: colours.line, borderWidth: 1 } },
        ],
      }],
    };
  };

  const KINDS = { columns, bars, tree };
  const draw = (place) => {
    const table = document.getElementById(place.dataset.of);
    const shown = read(table);
    place.hidden = false;
    if (place.dataset.chart === "bars") place.style.height = `${Math.max(shown.rows.length * 38 + 14, 60)}px`;
    drawn.get(place)?.dispose();
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(KINDS[place.dataset.chart](shown, look(), Number(place.dataset.limit) || 0));
    chart.on("click", (point) => { if (point.data?.link) location.assign(point.data.link); });
    drawn.set(place, chart);
    place.setAttribute("aria-hidden", "true");
  };
  const drawAll = () => {
    document.querySelectorAll("[data-chart]").forEach(draw);
    document.getElementById("cockpit").dataset.drawn = String(drawn.size);
  };
  const fold = (open) => document.querySelectorAll("details.figures").forEach((one) => { one.open = open; });

  fold(false);
  drawAll();

  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((chart) => chart.resize()), 120);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // On paper the tables are open, the charts are dark on white, and patterns tell what colours told.
  window.addEventListener("beforeprint", () => { onPaper = true; document.body.classList.add("on-paper"); fold(true); drawAll(); });
  window.addEventListener("afterprint", () => { onPaper = false; document.body.classList.remove("on-paper"); fold(false); drawAll(); });

  document.querySelector("[data-whole-screen]")?.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });

  // A screen on the wall asks again by itself; whoever reads it can stop that.
  const renews = document.querySelector("[data-renews]");
  const renew = async () => {
    if (!renews.checked || document.hidden) return;
    try {
      const answer = await fetch(location.href);
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("cockpit");
      if (!fresh) return;
      drawn.forEach((chart) => chart.dispose());
      drawn.clear();
      document.getElementById("cockpit").replaceWith(document.adoptNode(fresh));
      fold(false);
      drawAll();
      const said = document.querySelector("[data-renewed]");
      said.textContent = ` · ${new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })}`;
    } catch { /* the next minute asks again */ }
  };
  if (renews) setInterval(renew, Number(renews.dataset.renews) * 1000);
})();
