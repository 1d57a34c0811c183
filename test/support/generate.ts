/** Writes the generated documents into protocol/, where they are committed. Run by `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { documents } from './documents.js';

for (const { path, render } of documents) writeFileSync(path, render());
