/** Names the manual pages in package.json while it is packed: npm installs those it finds in that list, and no folder of them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const [deed] = process.argv.slice(2);
const text = readFileSync('package.json', 'utf8');
const { man: _, ...rest } = JSON.parse(text);
const pages = () =>
  readdirSync('dist/man')
    .sort()
    .map((page) => `dist/man/${page}`);
const wanted = deed === 'list' ? { ...rest, man: pages() } : rest;
writeFileSync('package.json', `${JSON.stringify(wanted, null, 2)}\n`);
