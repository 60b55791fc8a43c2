import { readArguments } from '../../checks/arguments.ts';
import { checks } from '../../checks/index.ts';
import { UsageError } from '../../errors.ts';
import { type MayAccess, rememberAccess, type Who } from '../../runner/access.ts';
import { withOwnProgram } from '../../self.ts';
import type { PluginSpec } from '../../sources/spec.ts';
import { findProgram, interpreterOf } from '../program.ts';
import { ok, type Patient, type Probe, problem } from './finding.ts';

/** Is each plugin's program there, and may the user that it runs as run it? Nothing is run. */
export const plugins: Probe = {
  name: 'plugins',
  async probe(patient) {
    const specs = patient.settings?.plugins ?? [];
    if (specs.length === 0) return [];
    const mayAccess = rememberAccess();
    const findings: Trouble[] = [];
    // One after the other: to ask as another user takes a process.
    for (const spec of specs) findings.push(...(await look(spec, patient, mayAccess)));
    const wellCount = specs.length - new Set(findings.map(({ service }) => service)).size;
    return [
      ...(wellCount > 0 ? [ok(`${wellCount} of ${specs.length} can be run; overcli test runs them`)] : []),
      ...findings.map(({ service, text, advice }) => problem(`${service}: ${text}`, advice)),
    ];
  },
};

interface Trouble {
  service: string;
  text: string;
  advice: string;
}

async function look(spec: PluginSpec, patient: Patient, mayAccess: MayAccess): Promise<Trouble[]> {
  const { service, argv, user } = spec;
  const who: Who | undefined = user ? { ...user, mainGroupAlone: true } : patient.runner;
  const asker = { who, mayAccess };
  const own = withOwnProgram(argv);
  const trouble = own === argv ? await troubleOf(spec, patient, asker) : await troubleOfOwn(own, argv, asker);
  return trouble ? [{ service, ...trouble }] : [];
}

type Why = Omit<Trouble, 'service'> | undefined;

interface Asker {
  who: Who | undefined;
  mayAccess: MayAccess;
}

async function troubleOf(spec: PluginSpec, patient: Patient, { who, mayAccess }: Asker): Promise<Why> {
  const { argv, cwd, env } = spec;
  const program = argv[0] as string;
  const searchPath = env.PATH ?? patient.searchPath;
  const path = findProgram(program, cwd, searchPath);
  if (path === undefined) {
    const where = program.includes('/') ? `in ${cwd}` : `on the path ${searchPath}`;
    return { text: `there is no program ${program} ${where}`, advice: 'install it, or correct command' };
  }
  const whom = who ? ` as ${who.name}` : '';
  if (!(await mayAccess('x', path, who)))
    return {
      text: `${path} cannot be run${whom}`,
      advice: `chmod a+x ${path}, and x for the folders above it`,
    };
  const interpreter = interpreterOf(path);
  if (interpreter === undefined) return undefined;
  if (!(await mayAccess('r', path, who)))
    return { text: `${path} is a script that cannot be read${whom}`, advice: `chmod a+r ${path}` };
  if (findProgram(interpreter, cwd, searchPath) === undefined)
    return {
      text: `${path} needs ${interpreter}, which is not there`,
      advice: 'install it, or correct its first line',
    };
  return undefined;
}

/** This very program: what it is to do can be looked at too. */
async function troubleOfOwn(own: string[], argv: string[], { who, mayAccess }: Asker): Promise<Why> {
  const [, command, name, ...words] = argv;
  for (const path of own.slice(0, own.length - argv.length + 1))
    if (!(await mayAccess('r', path, who)))
      return {
        text: `${path} cannot be run as ${who?.name ?? 'we are'}`,
        advice: 'install overcli where everybody can read it',
      };
  if (command !== 'check') return undefined;
  const check = name !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (!check)
    return { text: `overcli has no check ${JSON.stringify(name ?? '')}`, advice: 'overcli check lists them' };
  try {
    readArguments(check, words);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { text: error.message, advice: `overcli check ${name} --help tells its options` };
  }
}
