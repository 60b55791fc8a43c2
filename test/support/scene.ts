import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { overcli, overcServer, Program, type ProgramOptions, shell, type Within } from './program.ts';

/** Gives scenes that end with the test that asked for them. */
export function scenes(): () => Scene {
  let open: Scene[] = [];
  afterEach(async () => {
    for (const scene of open) await scene.end();
    open = [];
  });
  return () => {
    const scene = new Scene();
    open.push(scene);
    return scene;
  };
}

/** A test's own folder and all that it starts; nothing of it is left after `end`, failed test or not. */
export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'overc-e2e-'));
  readonly #endings: (() => unknown)[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** A file that can be run. */
  script(name: string, text: string): string {
    const path = this.write(name, text);
    chmodSync(path, 0o755);
    return path;
  }

  /** What is in a file; nothing while it is not there. */
  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : '';
  }

  /** `overc-server` with these arguments, in this folder. */
  overcServer(args: string[], env: NodeJS.ProcessEnv = {}, within?: Within): Program {
    return this.#keep(overcServer(args, { cwd: this.folder, env, ...(within && { within }) }));
  }

  /** `overcli` with these arguments, in this folder. */
  overcli(...args: string[]): Program {
    return this.#keep(overcli(args, { cwd: this.folder }));
  }

  /** Any other program. */
  run(argv: [string, ...string[]], options: ProgramOptions): Program {
    return this.#keep(new Program(argv, options));
  }

  /** A command line as a person types it, in this folder unless told another. */
  shell(line: string, cwd = this.folder): Program {
    return this.#keep(shell(line, { cwd }));
  }

  /** Is done at the end, the latest first. */
  onEnd(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.reverse()) await ending();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #keep(program: Program): Program {
    this.onEnd(() => program.stop('SIGKILL'));
    return program;
  }
}
