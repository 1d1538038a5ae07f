// Errors and warnings of the official parser; what only informs is left out.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
const said = diagnostics
  .filter((one) => one.severity < 2)
  .map((one) => `${one.code}: ${one.message} (${one.path.join('/')})`);
console.log(JSON.stringify({ is_valid: !!document, messages: document ? document.messages().length : 0, said }));
