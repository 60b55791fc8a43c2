import type { Client } from '../../report/client.ts';

/** How many rows are asked for at once: enough that the way hardly counts, and an answer stays small. */
const MOST_PAGE_ROWS = 500;
/** A page of rows with the longest infos that a collector takes still fits. */
export const MOST_PAGE_BYTES = 256 * 1024 * 1024;

/** Which rows are wanted, in the read API's own words; what is undefined is left out. */
export type Filter = Record<string, string | undefined>;

/** The rows of a list of the read API, page by page, `limit` of them at the most. Throws CollectorError. */
export async function* pagesOf<Row>(
  client: Client,
  list: string,
  filter: Filter,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Row[]> {
  let left = limit;
  let cursor: string | undefined;
  do {
    const query = queryOf({ ...filter, limit: String(Math.min(left, MOST_PAGE_ROWS)), cursor });
    const page: Page<Row> = await client.get(`api/v1/${list}?${query}`, isPageOf<Row>(list));
    const rows = page[list] as Row[];
    left -= rows.length;
    cursor = page.next as string | undefined;
    yield rows;
  } while (cursor !== undefined && left > 0);
}

/** All rows of some pages. */
export async function gather<Row>(pages: AsyncIterable<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) for (const row of page) rows.push(row);
  return rows;
}

/** Its rows stand under the list's name. */
type Page<Row> = Record<string, Row[] | string | undefined>;

const isPageOf =
  <Row>(list: string) =>
  (answer: object): answer is Page<Row> => {
    const { [list]: rows, next } = answer as Record<string, unknown>;
    const isNext = next === undefined || (typeof next === 'string' && next !== '');
    return isNext && Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null);
  };

function queryOf(values: Filter): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given).toString();
}
