import { AppError } from '../../errors.js';
import { defineRoute, type Route } from '../../http/route.js';
import { httpUrl, jsonObject, phoneNumber, text } from '../../input/field-types.js';
import { optional } from '../../input/fields.js';
import { isVisible, type UserRecord } from '../identity/accounts/user-record.js';
import { findPreloadedProfile, type ProfileRecord } from './profile-record.js';
import type { ProfileService } from './profile.service.js';

export interface ProfileRoutesParts {
  profiles: Pick<ProfileService, 'findMany' | 'update'>;
  /** The signed-in account, with its profile where that came along. */
  loadViewer: (userId: string) => Promise<UserRecord | null>;
}

const PATH = '/api/v1/users/me';

const NULLABLE_TEXT = { type: ['string', 'null'] };
const NULLABLE_MOMENT = { type: ['string', 'null'], format: 'date-time' };

const ME = {
  type: 'object',
  required: ['id', 'email', 'is_verified', 'status', 'created_at', 'last_login_at', 'profile'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    email: { type: ['string', 'null'], format: 'email' },
    is_verified: { type: 'boolean' },
    status: { type: 'string', enum: ['ACTIVE', 'SUSPENDED', 'DELETED', 'ERASED'] },
    created_at: { type: 'string', format: 'date-time' },
    last_login_at: NULLABLE_MOMENT,
    profile: {
      type: 'object',
      required: ['full_name', 'avatar_url', 'phone_number', 'preferences'],
      properties: {
        full_name: NULLABLE_TEXT,
        avatar_url: NULLABLE_TEXT,
        phone_number: NULLABLE_TEXT,
        preferences: { type: 'object', additionalProperties: true },
      },
    },
  },
};

/** The signed-in user over REST. */
export function createProfileRoutes({ profiles, loadViewer }: ProfileRoutesParts): Route[] {
  async function present(userId: string) {
    const user = await loadViewer(userId);
    if (!user || !isVisible(user)) throw new AppError('UNAUTHENTICATED');
    const preloaded = findPreloadedProfile(user);
    const profile = preloaded === undefined ? (await profiles.findMany([userId]))[0] : preloaded;
    return { status: 200, body: presentUser(user, profile ?? null) };
  }

  return [
    defineRoute({
      method: 'GET',
      path: PATH,
      tag: 'users',
      summary: 'The signed-in user',
      auth: 'required',
      responses: { 200: { description: 'Account and profile.', schema: ME } },
      handler: ({ viewer }) => present(viewer.userId),
    }),
    defineRoute({
      method: 'PUT',
      path: PATH,
      tag: 'users',
      summary: 'Change the profile of the signed-in user',
      description:
        'An absent field stays as it is, null clears it; preferences are a JSON merge patch (RFC 7396).',
      auth: 'required',
      input: {
        full_name: optional(text({ max: 100 })),
        avatar_url: optional(httpUrl),
        phone_number: optional(phoneNumber),
        preferences: optional(jsonObject(16 * 1024)),
      },
      responses: { 200: { description: 'Account and profile after the change.', schema: ME } },
      handler: async ({ viewer, origin }, input) => {
        const changes = {
          fullName: input.full_name,
          avatarUrl: input.avatar_url,
          phoneNumber: input.phone_number,
          preferences: input.preferences,
        };
        await profiles.update(viewer.userId, changes, origin);
        return present(viewer.userId);
      },
    }),
  ];
}

function presentUser(user: UserRecord, profile: ProfileRecord | null) {
  return {
    id: user.id,
    email: user.email,
    is_verified: user.isVerified,
    status: user.status,
    created_at: user.createdAt.toISOString(),
    last_login_at: user.lastLoginAt?.toISOString() ?? null,
    profile: {
      full_name: profile?.fullName ?? null,
      avatar_url: profile?.avatarUrl ?? null,
      phone_number: profile?.phoneNumber ?? null,
      preferences: profile?.preferences ?? {},
    },
  };
}
