import { defineRoute, type Route } from '../../../http/route.js';
import type { ExportService } from './export.service.js';

/** Where the link of a finished export leads. */
export function createExportRoutes({ open }: Pick<ExportService, 'open'>): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/data-exports/:id/download',
      tag: 'data exports',
      summary: 'Fetch a finished data export by its link',
      description:
        '`DataExport.downloadUrl` in GraphQL makes the link. It works once, for 10 minutes, and only while the session ' +
        'that asked for it runs. Where an access token comes with it, it must be the person’s own.',
      auth: 'none',
      parameters: {
        id: { in: 'path', description: 'The identifier of the export.' },
        token: { in: 'query', description: 'The secret of the link.' },
      },
      responses: { 200: { description: 'A zip archive.', mediaType: 'application/zip' } },
      errors: ['TOKEN_INVALID', 'FORBIDDEN', 'NOT_FOUND'],
      async handler({ viewer, origin }, _input, { id = '', token = '' }) {
        const content = await open({ exportId: id, token, viewer, origin });
        return { status: 200, file: { content, type: 'application/zip', name: 'my-data.zip' } };
      },
    }),
  ];
}
