import { deleteServer } from '../store/servers.ts';
import { deleteService } from '../store/services.ts';
import { transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';

/** Removes a service with its history and alerts; its next report registers it anew. False when there is none. */
export function removeService({ db }: Pick<MonitorDeps, 'db'>, id: number): Promise<boolean> {
  return transaction(db, (tx) => deleteService(tx, id));
}

/** Removes a server with its key, services, history and alerts. False when there is none. */
export function removeServer({ db }: Pick<MonitorDeps, 'db'>, id: number): Promise<boolean> {
  return transaction(db, (tx) => deleteServer(tx, id));
}
