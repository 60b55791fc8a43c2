import { toIso } from '../../clock.ts';
import { severityOf } from '../../core/alert.ts';
import type { AlertView } from '../../store/views/alerts.ts';
import { alertJson } from '../api/shapes.ts';
import { csvLine } from '../csv.ts';

/** Most alerts in one export; a filter by time gets at the others. */
export const MOST_EXPORTED = 10_000;

/** Alerts that were read together, and whether there are more than an export holds. */
export interface ExportPiece {
  alerts: AlertView[];
  isCut: boolean;
}

/** How alerts are written, piece by piece, the first and the last of which may be empty. */
export interface ExportFormat {
  type: string;
  before: string;
  piece(piece: ExportPiece, isFirst: boolean): string;
  after(isCut: boolean): string;
}

const CUT = `Only the latest ${MOST_EXPORTED} alerts are here; narrow the filter to get the others.`;
const COLUMNS = ['id', 'at', 'server', 'service', 'kind', 'severity', 'message', 'state', 'info'];

export const csvExport: ExportFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  before: csvLine(COLUMNS),
  piece: ({ alerts }) => alerts.map(csvOf).join(''),
  after: (isCut) => (isCut ? csvLine(COLUMNS.map((name) => (name === 'message' ? CUT : null))) : ''),
};

function csvOf({ id, at, server, service, kind, message, current }: AlertView): string {
  const { state = null, info = null } = current ?? {};
  return csvLine([id, toIso(at), server, service, kind, severityOf(kind), message, state, info]);
}

export const jsonExport: ExportFormat = {
  type: 'application/json; charset=utf-8',
  before: '{"alerts":[',
  piece({ alerts }, isFirst) {
    const rows = alerts.map((alert) => JSON.stringify(alertJson(alert)));
    return `${isFirst || rows.length === 0 ? '' : ','}${rows.join(',\n')}`;
  },
  after: (isCut) => `],"cut":${isCut}${isCut ? `,"note":${JSON.stringify(CUT)}` : ''}}\n`,
};
