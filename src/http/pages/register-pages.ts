import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.js';
import type { Log } from '../../log.js';
import { createRequestContext, type RequestOrigin } from '../../security/requests/request-context.js';
import { parseFormBody } from './form-body.js';
import { renderForm } from './form.js';
import { badLink, describePageFailure, type PageFailure } from './page-failure.js';
import { PAGE_HEADERS, renderPage } from './page-layout.js';
import { registerSocialReturnPage } from './social-return-page.js';
import { listPages, type Page, type PagesOptions } from './pages.js';

export interface RegisterPagesOptions extends PagesOptions {
  trustedProxies: number;
  /** Without: an SPA has the others, and only those pages are shown that it cannot have. */
  all: boolean;
  log: Log;
}

/** Room for a password of 256 characters, percent-encoded, and a token; bytes. */
const BODY_LIMIT = 8_192;
const MAX_TOKEN_LENGTH = 512;

/** The server's own pages behind the links of its mails. They work without JavaScript. */
export function registerPages(app: FastifyInstance, options: RegisterPagesOptions): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      async (_request: FastifyRequest, body: Buffer) => parseFormBody(body),
    );
    scope.setErrorHandler((error, request, reply) => showError(error, request, reply, options));
    if (options.all) registerSocialReturnPage(scope, options);
    for (const page of listPages(options).filter(({ always }) => options.all || always === true)) {
      scope.get(page.path, (request, reply) => {
        const token = findToken((request.query as { token?: unknown }).token);
        if (token === null) return showFailure(reply, badLink(), options);
        return show(reply, renderFormPage(page, token, options));
      });
      scope.post(page.path, (request, reply) => spendToken(page, request, reply, options));
    }
  });
}

async function spendToken(
  page: Page,
  request: FastifyRequest,
  reply: FastifyReply,
  options: RegisterPagesOptions,
): Promise<FastifyReply> {
  const form =
    request.body instanceof Map ? (request.body as ReadonlyMap<string, string>) : new Map<string, string>();
  const token = findToken(form.get('token'));
  if (token === null) return showFailure(reply, badLink(), options);
  try {
    await page.spend(token, form.get('newPassword') ?? '', await readOrigin(request, options));
  } catch (error) {
    const failure = describePageFailure(error);
    if (failure?.formError === undefined) throw error;
    return show(reply, renderFormPage(page, token, options, failure.formError), failure);
  }
  const { serviceName } = options;
  return show(reply, renderPage({ serviceName, heading: page.doneHeading, paragraphs: [page.doneText] }));
}

function findToken(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TOKEN_LENGTH ? value : null;
}

async function readOrigin(request: FastifyRequest, options: RegisterPagesOptions): Promise<RequestOrigin> {
  const context = await createRequestContext(
    {
      authenticate: () => null,
      rolesOf: async () => [],
      mfaRequiredRoles: [],
      trustedProxies: options.trustedProxies,
    },
    { headers: request.headers, remoteAddress: request.socket.remoteAddress, setHeader: () => {} },
    request.id,
  );
  return context.origin;
}

function renderFormPage(page: Page, token: string, options: RegisterPagesOptions, error?: string): string {
  return renderPage({
    serviceName: options.serviceName,
    heading: page.heading,
    paragraphs: [page.explanation],
    form: renderForm({
      action: page.path,
      token,
      button: page.button,
      ...(page.asksForPassword ? { passwordPolicy: options.passwordPolicy } : {}),
      ...(error === undefined ? {} : { error }),
    }),
    failed: error !== undefined,
  });
}

function showError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  options: RegisterPagesOptions,
): FastifyReply {
  const failure = describePageFailure(error);
  if (failure !== null) return showFailure(reply, failure, options);
  options.log.error({ err: error, requestId: request.id }, 'A page failed');
  const { status, message } = new AppError('INTERNAL_SERVER_ERROR');
  const text = `${message} Please try again later. If it happens again, tell us this number: ${request.id}`;
  return showFailure(reply, { status, heading: 'That did not work', text }, options);
}

function showFailure(
  reply: FastifyReply,
  failure: PageFailure,
  { serviceName }: RegisterPagesOptions,
): FastifyReply {
  const { heading, text } = failure;
  return show(reply, renderPage({ serviceName, heading, paragraphs: [text], failed: true }), failure);
}

function show(reply: FastifyReply, html: string, failure?: PageFailure): FastifyReply {
  if (failure?.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds);
  return reply
    .status(failure?.status ?? 200)
    .headers(PAGE_HEADERS)
    .send(html);
}
