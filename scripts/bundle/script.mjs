import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = 'packages/overcli/dist/src/main.js';
const LEAST_NODE = 'node20.19';
const UNDICI = fileURLToPath(new URL('undici.js', import.meta.url));
/** Modules that are one function which few commands call; each pulls in more than all the rest. */
const DEFERRED = /^(cliui|string-width|\.\/client-h2\.js)$/;
/** What some of them answer without being evaluated: how wide plain ASCII is takes no table of emoji. */
const SHORT_WAYS = { 'string-width': "if (/^[ -~]+$/.test(given[0] ?? '')) return given[0].length;" };

const FORMS = {
  /** A script that node runs. Some packages in it call require. */
  module: {
    format: 'esm',
    banner: {
      js: `#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);`,
    },
  },
  /** The script inside the single executable, which has to be CommonJS, where import.meta does not exist. */
  script: {
    format: 'cjs',
    banner: { js: `const SELF = require('node:url').pathToFileURL(process.execPath).href;` },
    define: { 'import.meta.url': 'SELF' },
  },
};

/** Writes the compiled client and all that it imports into one file, and answers esbuild's list of what that is. `form` is one of FORMS. */
export async function bundleScript(outfile, form) {
  const { version } = JSON.parse(readFileSync('packages/overcli/package.json', 'utf8'));
  const { define, ...options } = FORMS[form];
  const { metafile } = await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    metafile: true,
    minify: true,
    platform: 'node',
    target: LEAST_NODE,
    legalComments: 'eof',
    logLevel: 'warning',
    plugins: [quickStart],
    define: { BUNDLED_VERSION: JSON.stringify(version), ...define },
    ...options,
  });
  chmodSync(outfile, 0o755);
  return Object.keys(metafile.inputs).filter((path) => !path.startsWith('deferred:'));
}

/** Leaves out what the client does not use of undici, and evaluates some modules only when they are called. */
const quickStart = {
  name: 'quick-start',
  setup({ onLoad, onResolve, resolve: find }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: UNDICI }));
    onResolve({ filter: DEFERRED }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === 'found') return undefined;
      const found = await find(path, { importer, kind, resolveDir, pluginData: 'found' });
      if (found.errors.length > 0) return found;
      return {
        path: `${found.path} as ${path}`,
        namespace: 'deferred',
        pluginData: { path, real: found.path },
      };
    });
    onLoad({ filter: /.*/, namespace: 'deferred' }, ({ pluginData: { path, real } }) => ({
      contents: `module.exports = (...given) => {
        ${SHORT_WAYS[path] ?? ''}
        const real = require(${JSON.stringify(real)});
        return (real.default ?? real)(...given);
      };`,
      resolveDir: '.',
    }));
  },
};
