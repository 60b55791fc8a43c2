import type { Request } from 'express';
import type { Knex } from 'knex';
import { notFound } from '../../errors.ts';
import { findServer, type ServerView } from '../../store/views/servers.ts';
import { findService, type ServiceView } from '../../store/views/services.ts';
import { readId } from '../query.ts';

/** The service that a page's address names. Throws HttpError 404. */
export async function serviceOf(db: Knex, req: Request): Promise<ServiceView> {
  const id = readId(req.params.id);
  const service = id === undefined ? undefined : await findService(db, id);
  if (!service) throw notFound('There is no such service; it may have been removed.');
  return service;
}

/** The same of a server. */
export async function serverOf(db: Knex, req: Request): Promise<ServerView> {
  const id = readId(req.params.id);
  const server = id === undefined ? undefined : await findServer(db, id);
  if (!server) throw noServer();
  return server;
}

export function noServer(): Error {
  return notFound('There is no such server; it may have been removed.');
}
