export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A JSON object: the user's preferences. */
export type JsonObject = { [key: string]: JsonValue };

/** A profile as the service hands it on, opened. A property may be a getter that opens its sealed value when read. */
export interface ProfileRecord {
  readonly userId: string;
  readonly fullName: string | null;
  readonly avatarUrl: string | null;
  readonly phoneNumber: string | null;
  readonly preferences: JsonObject;
}

/** What may be changed: absent leaves a value as it is, null clears it; preferences are a merge patch (RFC 7396). */
export interface ProfileInput {
  fullName?: string | null | undefined;
  avatarUrl?: string | null | undefined;
  phoneNumber?: string | null | undefined;
  preferences?: JsonObject | null | undefined;
}
