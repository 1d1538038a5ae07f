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
      paper: of("--chart-paper"), track: of("--chart-track"), font: style.fontFamily, size: parseFloat(style.fontSize) * 0.82,
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
  const whole = (value) => value.toLocaleString(undefined, { maximumFractionDigits: 0 });
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

  // The table's order from top to bottom; name and figure stand above their bar, so that nothing cuts them.
  // Of a tree the provinces and, set in below them, the counties: codes begin with what they lie in.
  const bars = (table, colours, limit) => {
    const [one] = table.columns;
    const levels = new Set(table.rows.map((row) => row.key.length));
    const isTree = table.isTree && levels.size > 1;
    const rows = isTree ? table.rows.filter((row) => row.key.length !== 4) : table.rows;
    const isBelow = (row) => isTree && row.key.length > 2;
    const most = scaled(Math.max(...rows.map((row) => row.cells[0].value ?? 0), limit, 1), one.unit) * (limit ? 1.1 : 1);
    const room = table.width - 64;
    const said = (position, align, text, colour, width) => ({
      type: "bar", barMaxWidth: 8, barGap: "-100%", silent: true, z: 4, tooltip: { show: false },
      itemStyle: { color: "transparent" }, data: rows.map(() => most),
      label: { show: true, position, align, backgroundColor: colours.paper, padding: [0, 0, 0, 3], color: colour, fontSize: colours.size, width, overflow: "truncate", formatter: (point) => text(rows[point.dataIndex]) },
    });
    return {
      ...common(colours),
      tooltip: { ...common(colours).tooltip, formatter: (point) => `${point.name}\n${one.name}  ${point.data.text}` },
      grid: { left: 0, right: 2, top: colours.size * 1.3, bottom: 0, containLabel: false },
      xAxis: { type: "value", show: false, max: most, min: 0 },
      yAxis: { type: "category", inverse: true, show: false, data: rows.map((row) => row.name) },
      series: [{
        type: "bar", barMaxWidth: 8, cursor: "pointer", z: 3, showBackground: true,
        backgroundStyle: { color: colours.track },
        data: rows.map((row) => ({
          ...item(row.cells[0], one.unit), name: row.name,
          itemStyle: limit && row.cells[0].value > limit && table.isCapped ? { color: colours.limit } : isBelow(row) ? { color: colours.series[4] } : undefined,
        })),
        markLine: limit
          ? { silent: true, symbol: "none", z: 3.5, label: { show: false }, lineStyle: { color: colours.limit, type: "dashed", width: 1.5 }, data: [{ xAxis: limit / 100 }] }
          : undefined,
      },
      said([0, -colours.size * 1.35], "left", (row) => (isBelow(row) ? "　└ " : "") + row.name, colours.soft, room),
      said(["100%", -colours.size * 1.35], "right", (row) => row.cells[0].value === null ? "—" : one.unit === "money" ? whole(row.cells[0].value / WAN) : row.cells[0].text, colours.ink),
      ],
    };
  };

  const KINDS = { columns, bars, tree: bars };
  const draw = (place) => {
    const table = document.getElementById(place.dataset.of);
    const shown = { ...read(table), isTree: place.dataset.chart === "tree", isCapped: "capped" in place.dataset };
    place.hidden = false;
    if (place.dataset.chart !== "columns") {
      const rows = shown.rows.filter((row) => !shown.isTree || row.key.length !== 4);
      place.style.height = `${rows.length * (document.body.classList.contains("on-screen") ? 2.35 : 2.6) * parseFloat(getComputedStyle(place).fontSize) + 8}px`;
    }
    drawn.get(place)?.dispose();
    shown.width = place.clientWidth;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const option = KINDS[place.dataset.chart](shown, look(), Number(place.dataset.limit) || 0);
    chart.setOption(option);
    const open = (one) => { if (one?.link) location.assign(one.link); };
    if (place.dataset.chart === "columns") chart.on("click", (point) => open(point.data));
    else {
      // A whole line opens, its name with its bar, which is thin.
      const rows = option.series[0].data;
      chart.getZr().on("click", (event) => open(rows[chart.convertFromPixel({ yAxisIndex: 0 }, event.offsetY)]));
    }
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
