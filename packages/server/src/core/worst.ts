import { compareStates, type State } from '@overc/protocol';

/** The state of a server: the worst of its services', where a silent one is at least UNK. Null when it has none. */
export function worstState(services: { state: State; silent: boolean }[]): State | null {
  let worst: State | null = null;
  for (const service of services) {
    const state = service.silent && compareStates(service.state, 'UNK') < 0 ? 'UNK' : service.state;
    if (worst === null || compareStates(state, worst) > 0) worst = state;
  }
  return worst;
}
