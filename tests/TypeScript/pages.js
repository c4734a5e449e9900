// Makes the files that the pages load of their sources: one script and one style sheet for each page, and the texts of
// each language. With --check it writes nothing, and fails if a file is not what its sources give.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = path => fileURLToPath(new URL(path, import.meta.url));
const sources = folder('../../Api/Pages');
const served = folder('../../Api/wwwroot/pages/');

const { outputFiles } = await build({
  absWorkingDir: sources,
  entryPoints: [
    { in: 'js/list.js', out: 'list' },
    { in: 'js/sale.js', out: 'sale' },
    { in: 'text/en.js', out: 'en' },
    { in: 'text/zh-CN.js', out: 'zh-CN' },
    { in: 'css/list-page.css', out: 'list' },
    { in: 'css/sale-page.css', out: 'sale' },
    { in: 'css/plain-page.css', out: 'plain' },
  ],
  outdir: served,
  write: false,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});

const made = new Map(outputFiles.map(file => [basename(file.path), file.text]));
const there = await readdir(served).catch(() => []);
const strays = there.filter(name => !made.has(name));
const wrong = [...strays];
for (const [name, text] of made) {
  if (await readFile(served + name, 'utf8').catch(() => null) !== text)
    wrong.push(name);
}
if (!process.argv.includes('--check')) {
  await mkdir(served, { recursive: true });
  for (const name of strays)
    await rm(served + name);
  for (const [name, text] of made)
    await writeFile(served + name, text);
} else if (wrong.length > 0) {
  console.error(`Not what the sources give: ${wrong.join(', ')}. Run: npm run pages --prefix tests/TypeScript`);
  process.exitCode = 1;
}
