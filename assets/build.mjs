// Builds what pages load: one style sheet, one shell script, the charts (loaded only when one is seen), one icon sprite.
// Names carry a hash, so the front door may let browsers keep them for good; .br and .gz stand beside each file.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const house = resolve(here, "../weilu");
const out = resolve(house, "console/static/console/dist");
const manifest = {};

function* filesIn(folder, endings) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules" || entry.name === "__pycache__") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path, endings);
    else if (endings.some((ending) => entry.name.endsWith(ending))) yield path;
  }
}

function write(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  put(hashed, bytes);
  manifest[name] = hashed;
}

function put(name, bytes) {
  writeFileSync(join(out, name), bytes);
  writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(
    join(out, `${name}.br`),
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
}

async function styles() {
  const content = [
    ...[...filesIn(house, [".html"])],
    ...[...filesIn(house, [".py"])].filter((path) => !path.includes("/tests/")),
    ...[...filesIn(join(here, "src"), [".js"])],
  ];
  const tabler = readFileSync(join(here, "node_modules/@tabler/core/dist/css/tabler.min.css"), "utf8");
  const [kept] = await new PurgeCSS().purge({
    content,
    css: [{ raw: tabler }],
    keyframes: true,
    variables: true,
    safelist: { standard: ["html", "body", "is-invalid", "invalid-feedback", /^htmx-/], variables: [/^--tblr-(body|font|primary|border|bg|link|gray|muted|secondary|code|spacer|active|disabled|form|focus)/] },
    // A class in Python counts only in a string that could name one; common words of code are no Tabler classes.
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
  });
  const own = await esbuild.build({
    entryPoints: [join(here, "src/css/index.css")],
    bundle: true,
    minify: true,
    write: false,
    target: ["chrome105", "firefox110", "safari15.6"],
  });
  const lean = await esbuild.transform(kept.css, { loader: "css", minify: true });
  write("console.css", Buffer.from(lean.code.replace(/\/\*[\s\S]*?\*\//g, "") + own.outputFiles[0].text));
}

async function scripts() {
  const built = await esbuild.build({
    entryPoints: { console: join(here, "src/js/console.js") },
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    write: false,
    metafile: true,
    outdir: out,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    target: ["chrome105", "firefox110", "safari15.6"],
    legalComments: "none",
  });
  for (const file of built.outputFiles) put(relative(out, file.path), Buffer.from(file.contents));
  for (const [path, about] of Object.entries(built.metafile.outputs)) {
    const entry = about.entryPoint?.match(/src\/js\/(\w+\.js)$/)?.[1];
    if (entry) manifest[entry] = path.split("/").pop();
  }
}

function sprite() {
  const used = new Set();
  for (const path of filesIn(house, [".html"]))
    for (const [, name] of readFileSync(path, "utf8").matchAll(/\{%\s*icon\s+["']([a-z0-9-]+)["']/g)) used.add(name);
  for (const path of filesIn(house, [".py"]))
    for (const [, name] of readFileSync(path, "utf8").matchAll(/\bicon\s*[=:(]\s*["']([a-z0-9-]+)["']/g)) used.add(name);
  const symbols = [...used].sort().flatMap((name) => {
    try {
      const svg = readFileSync(join(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8");
      const inside = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/\s*\n\s*/g, "");
      return [`<symbol id="${name}" viewBox="0 0 24 24">${inside}</symbol>`];
    } catch {
      throw new Error(`there is no icon "${name}" among Tabler's`);
    }
  });
  write("icons.svg", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await Promise.all([styles(), scripts()]);
sprite();
write("mark.svg", readFileSync(join(here, "src/mark.svg")));
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
for (const name of readdirSync(out).filter((name) => name.endsWith(".br")))
  process.stdout.write(`${name.slice(0, -3)} ${readFileSync(join(out, name)).length} bytes compressed\n`);
