// Plots as SVG text: lines over two logarithmic axes, and bars over one.

const font = 'font-family="system-ui, sans-serif" font-size="12" fill="#24292f"';
const colours = ['#0969da', '#cf222e', '#1a7f37', '#9a6700', '#8250df', '#57606a'];

const escape = (text) =>
  String(text).replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const text = (x, y, content, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(content)}</text>`;
const rule = (x1, y1, x2, y2) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#d0d7de"/>`;

/** Powers of ten around the values. */
function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

const document = (width, height, title, parts) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${font}>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(16, 22, title, 'font-weight="600"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');

/**
 * Lines over logarithmic axes.
 * @param panels {title, x, y (names of the axes), series: [{name, points: [[x, y], ...]}]}, side by side
 */
export function lineChart(title, panels) {
  const [width, height, left, top, bottom] = [420, 320, 60, 62, 44];
  const names = [...new Set(panels.flatMap((p) => p.series.map((s) => s.name)))];
  const parts = [];
  panels.forEach((panel, number) => {
    const origin = number * width;
    const points = panel.series.flatMap((s) => s.points);
    const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
    const ys = decades(points.map(([, y]) => y));
    const [x0, x1] = [Math.log(xs[0]), Math.log(xs.at(-1))];
    const [y0, y1] = [Math.log(ys[0]), Math.log(ys.at(-1))];
    const atX = (x) => origin + left + ((Math.log(x) - x0) / (x1 - x0 || 1)) * (width - left - 20);
    const atY = (y) => height - bottom - ((Math.log(y) - y0) / (y1 - y0)) * (height - top - bottom);
    for (const y of ys) {
      parts.push(rule(origin + left, atY(y), origin + width - 20, atY(y)));
      parts.push(text(origin + left - 6, atY(y) + 4, y.toLocaleString('en'), 'text-anchor="end"'));
    }
    for (const x of xs) parts.push(text(atX(x), height - bottom + 16, x, 'text-anchor="middle"'));
    parts.push(
      text(origin + left, top - 14, panel.y),
      text(origin + width / 2, height - 8, panel.x, 'text-anchor="middle"'),
    );
    for (const { name, points: line } of panel.series) {
      const colour = colours[names.indexOf(name) % colours.length];
      const path = line.map(([x, y]) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(' ');
      parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
      for (const [x, y] of line)
        parts.push(`<circle cx="${atX(x).toFixed(1)}" cy="${atY(y).toFixed(1)}" r="3" fill="${colour}"/>`);
    }
  });
  names.forEach((name, i) => {
    const [x, y] = [20 + i * 210, height + 14];
    parts.push(
      `<rect x="${x}" y="${y - 9}" width="12" height="10" fill="${colours[i % colours.length]}"/>`,
      text(x + 18, y, name),
    );
  });
  return document(panels.length * width, height + 30, title, parts);
}

/**
 * Horizontal bars over a logarithmic axis.
 * @param bars {name, value, label, own}: own ones are drawn in another colour
 */
export function barChart(title, bars) {
  const [width, left, top, step] = [720, 150, 44, 26];
  const ticks = decades(bars.map((b) => b.value));
  const [low, high] = [Math.log(ticks[0]), Math.log(ticks.at(-1))];
  const atX = (x) => left + ((Math.log(x) - low) / (high - low)) * (width - left - 110);
  const end = top + bars.length * step;
  const parts = [];
  for (const tick of ticks) {
    parts.push(
      rule(atX(tick), top - 6, atX(tick), end),
      text(atX(tick), end + 16, tick.toLocaleString('en'), 'text-anchor="middle"'),
    );
  }
  bars.forEach(({ name, value, label, own }, i) => {
    const y = top + i * step;
    parts.push(text(left - 8, y + 14, name, 'text-anchor="end"'));
    parts.push(
      `<rect x="${left}" y="${y}" width="${Math.max(atX(value) - left, 2).toFixed(1)}" height="${step - 7}" fill="${own ? colours[0] : colours[5]}"/>`,
    );
    parts.push(text(Math.max(atX(value), left + 2) + 6, y + 14, label));
  });
  return document(width, end + 28, title, parts);
}
