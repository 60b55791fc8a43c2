import { UsageError } from '../../errors.ts';
import type { PluginSpec } from '../../sources/spec.ts';
import { nearest } from '../nearest.ts';

/** How many services an error lists. */
const MOST_LISTED = 20;

/** All plugins, or the one of `service`. Throws UsageError that names those that there are. */
export function choosePlugins(
  plugins: PluginSpec[],
  service: string | undefined,
  file: string,
): PluginSpec[] {
  if (service === undefined) return plugins;
  const chosen = plugins.filter((plugin) => plugin.service === service);
  if (chosen.length > 0) return chosen;
  const names = plugins.map((plugin) => plugin.service);
  const meant = nearest(service, names);
  const hint = meant === undefined ? '' : `it may mean ${JSON.stringify(meant)}; `;
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const listed = names.slice(0, MOST_LISTED).join(', ');
  throw new UsageError(
    `SERVICE: ${JSON.stringify(service)} is not in ${file}; ${hint}there are ${listed}${more}`,
  );
}
