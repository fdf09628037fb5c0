// Writes the outlines of land and the borders between countries, from Natural Earth, one file for each of its scales:
// node outlines.mjs ROOT
//
// A line is [x, y, dx, dy, dx, dy, ...] in hundredths of a degree: where it begins, east and north of 0, and how it
// goes on from there. d3-geo cuts what crosses the antimeridian or surrounds a pole, which the source leaves whole.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEquirectangular, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";

const HUNDREDTHS = (100 * 180) / Math.PI;
const projection = geoEquirectangular().scale(HUNDREDTHS).translate([0, 0]).precision(0);
const folder = `${process.argv[2]}/endpoint/rendering/figures`;
const { resolve } = createRequire(import.meta.url);

function lines(geometry) {
  const found = [];
  const point = (x, y) => found.at(-1).push([Math.round(x), -Math.round(y)]);
  const context = {
    moveTo: (x, y) => (found.push([]), point(x, y)),
    lineTo: point,
    closePath: () => {},
  };
  geoPath(projection, context)(geometry);
  return found;
}

function steps(line) {
  const found = [...line[0]];
  for (let at = 1; at < line.length; at++) {
    const [x, y] = [line[at][0] - line[at - 1][0], line[at][1] - line[at - 1][1]];
    if (x || y) found.push(x, y);
  }
  return found;
}

function written(name, found, points) {
  const rows = found.map(steps).filter((row) => row.length >= 2 * points);
  return `"${name}": [\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]`;
}

for (const scale of ["110m", "50m"]) {
  const world = JSON.parse(readFileSync(resolve(`world-atlas/countries-${scale}.json`)));
  const land = lines(feature(world, world.objects.land));
  const borders = lines(mesh(world, world.objects.countries, (one, other) => one !== other));
  const text = `{${written("land", land, 3)},\n${written("borders", borders, 2)}}\n`;
  writeFileSync(`${folder}/outlines-${scale}.json`, text);
}
