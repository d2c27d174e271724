-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('ACTIVE', 'SUSPENDED', 'DELETED', 'ERASED');

-- CreateEnum
CREATE TYPE "token_purpose" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CONFIRM_EMAIL_CHANGE', 'UNDO_EMAIL_CHANGE');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email" TEXT NOT NULL,
    "email_index" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT,
    "is_verified" BOOLEAN NOT NULL DEFAULT false,
    "status" "user_status" NOT NULL DEFAULT 'ACTIVE',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_login_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "password_changed_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "social_logins" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "provider" VARCHAR(50) NOT NULL,
    "provider_id" TEXT NOT NULL,
    "provider_id_index" TEXT NOT NULL DEFAULT '',
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "social_logins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "purpose" "token_purpose" NOT NULL,
    "token_hash" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_index" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_profiles" (
    "user_id" UUID NOT NULL,
    "full_name" TEXT,
    "avatar_url" TEXT,
    "phone_number" TEXT,
    "preferences" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_profiles_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "auth_time" TIMESTAMPTZ(3) NOT NULL,
    "amr" TEXT[],
    "ip_address" TEXT,
    "user_agent" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" VARCHAR(40),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "session_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "successor_envelope" TEXT,

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" VARCHAR(64) NOT NULL,
    "algorithm" VARCHAR(10) NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "wrapped_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "signs_until" TIMESTAMPTZ(3) NOT NULL,
    "published_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_keys" (
    "user_id" UUID NOT NULL,
    "wrapped_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_keys_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "consents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "purpose" VARCHAR(100) NOT NULL,
    "granted" BOOLEAN NOT NULL,
    "policy_version" VARCHAR(50) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" VARCHAR(60) NOT NULL,
    "actor_id" UUID,
    "subject_id" UUID,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outgoing_mails" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "template" VARCHAR(60) NOT NULL,
    "message" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outgoing_mails_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_index_key" ON "users"("email_index");

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- CreateIndex
CREATE INDEX "social_logins_user_id_idx" ON "social_logins"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "social_logins_provider_provider_id_key" ON "social_logins"("provider", "provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "social_logins_provider_provider_id_index_key" ON "social_logins"("provider", "provider_id_index");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_tokens_token_hash_key" ON "one_time_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "one_time_tokens_user_id_purpose_idx" ON "one_time_tokens"("user_id", "purpose");

-- CreateIndex
CREATE INDEX "one_time_tokens_email_index_idx" ON "one_time_tokens"("email_index");

-- CreateIndex
CREATE INDEX "sessions_user_id_created_at_id_idx" ON "sessions"("user_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "sessions_revoked_at_idx" ON "sessions"("revoked_at");

-- CreateIndex
CREATE UNIQUE INDEX "refresh_tokens_token_hash_key" ON "refresh_tokens"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "refresh_tokens_session_id_sequence_key" ON "refresh_tokens"("session_id", "sequence");

-- CreateIndex
CREATE INDEX "consents_user_id_purpose_recorded_at_idx" ON "consents"("user_id", "purpose", "recorded_at");

-- CreateIndex
CREATE INDEX "audit_events_subject_id_at_idx" ON "audit_events"("subject_id", "at");

-- CreateIndex
CREATE INDEX "outgoing_mails_created_at_idx" ON "outgoing_mails"("created_at");

-- AddForeignKey
ALTER TABLE "social_logins" ADD CONSTRAINT "social_logins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "one_time_tokens" ADD CONSTRAINT "one_time_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_keys" ADD CONSTRAINT "data_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outgoing_mails" ADD CONSTRAINT "outgoing_mails_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Sealed columns hold an envelope, index columns a keyed hash; whoever writes plaintext is refused.
ALTER TABLE "users" ADD CONSTRAINT "users_email_sealed" CHECK ("email" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "users" ADD CONSTRAINT "users_email_index_hashed" CHECK ("email_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "users" ADD CONSTRAINT "users_password_hash_sealed" CHECK ("password_hash" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "social_logins" ADD CONSTRAINT "social_logins_provider_id_sealed" CHECK ("provider_id" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "social_logins" ADD CONSTRAINT "social_logins_provider_id_index_hashed" CHECK ("provider_id_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "one_time_tokens" ADD CONSTRAINT "one_time_tokens_email_sealed" CHECK ("email" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "one_time_tokens" ADD CONSTRAINT "one_time_tokens_email_index_hashed" CHECK ("email_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_full_name_sealed" CHECK ("full_name" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_avatar_url_sealed" CHECK ("avatar_url" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_phone_number_sealed" CHECK ("phone_number" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_preferences_sealed" CHECK ("preferences" = '{}'::jsonb OR (jsonb_typeof("preferences") = 'string' AND "preferences" #>> '{}' ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$'));
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_ip_address_sealed" CHECK ("ip_address" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_agent_sealed" CHECK ("user_agent" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_ip_address_sealed" CHECK ("ip_address" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_user_agent_sealed" CHECK ("user_agent" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "outgoing_mails" ADD CONSTRAINT "outgoing_mails_message_sealed" CHECK ((jsonb_typeof("message") = 'string' AND "message" #>> '{}' ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$'));

-- What an account's status promises.
ALTER TABLE "users" ADD CONSTRAINT "users_deleted_has_date" CHECK ("status" <> 'DELETED' OR "deleted_at" IS NOT NULL);
