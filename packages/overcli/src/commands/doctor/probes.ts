import { address } from './address.ts';
import { certificate } from './certificate.ts';
import { collector } from './collector.ts';
import { file } from './file.ts';
import type { Probe } from './finding.ts';
import { limits } from './limits.ts';
import { monitor } from './monitor.ts';
import { plugins } from './plugins.ts';
import { proxy } from './proxy.ts';
import { schedules } from './schedules.ts';
import { settings } from './settings.ts';
import { skew } from './skew.ts';
import { spool } from './spool.ts';

/** In their order: from what others rest on to what rests on them. */
export const probes: Probe[] = [
  file,
  settings,
  proxy,
  address,
  certificate,
  collector,
  skew,
  spool,
  plugins,
  schedules,
  limits,
  monitor,
];
