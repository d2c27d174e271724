-- CreateEnum
CREATE TYPE "passkey_purpose" AS ENUM ('REGISTER', 'SIGN_IN');

-- CreateTable
CREATE TABLE "passkeys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "credential_id_index" TEXT NOT NULL DEFAULT '',
    "credential_id_other_index" TEXT,
    "public_key" TEXT NOT NULL,
    "sign_count" BIGINT NOT NULL DEFAULT 0,
    "transports" TEXT[],
    "is_synced" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkeys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "passkey_ceremonies" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID,
    "purpose" "passkey_purpose" NOT NULL,
    "is_bound" BOOLEAN NOT NULL,
    "ceremony_hash" TEXT NOT NULL,
    "challenge_hash" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "passkey_ceremonies_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credential_id_key" ON "passkeys"("credential_id");

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credential_id_index_key" ON "passkeys"("credential_id_index");

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credential_id_other_index_key" ON "passkeys"("credential_id_other_index");

-- CreateIndex
CREATE INDEX "passkeys_user_id_created_at_idx" ON "passkeys"("user_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "passkey_ceremonies_ceremony_hash_key" ON "passkey_ceremonies"("ceremony_hash");

-- CreateIndex
CREATE INDEX "passkey_ceremonies_user_id_idx" ON "passkey_ceremonies"("user_id");

-- CreateIndex
CREATE INDEX "passkey_ceremonies_expires_at_idx" ON "passkey_ceremonies"("expires_at");

-- AddForeignKey
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey_ceremonies" ADD CONSTRAINT "passkey_ceremonies_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_name_sealed" CHECK ("name" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_credential_id_sealed" CHECK ("credential_id" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_credential_id_index_hashed" CHECK ("credential_id_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_credential_id_other_index_hashed" CHECK ("credential_id_other_index" ~ '^[a-z0-9]{1,8}\.[A-Za-z0-9_-]{43}$');
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_public_key_sealed" CHECK ("public_key" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "passkey_ceremonies" ADD CONSTRAINT "passkey_ceremonies_name_sealed" CHECK ("name" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');

-- As for addresses and external accounts: rows are counted by the id of the key they lie under, and no two have one
-- index while a key of the search index is replaced.
CREATE INDEX "passkeys_credential_id_index_key_id" ON "passkeys" (split_part("credential_id_index", '.', 1));
CREATE INDEX "passkeys_credential_id_other_index_key_id" ON "passkeys" (split_part("credential_id_other_index", '.', 1));

CREATE FUNCTION "keep_credential_id_unique"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."credential_id_other_index" IS NOT NULL THEN
    PERFORM "lock_search_indexes"(NEW."credential_id_index", NEW."credential_id_other_index");
  END IF;
  IF EXISTS (SELECT FROM "passkeys" WHERE "id" <> NEW."id"
      AND "credential_id_other_index" IN (NEW."credential_id_index", NEW."credential_id_other_index"))
    OR (NEW."credential_id_other_index" IS NOT NULL
      AND EXISTS (SELECT FROM "passkeys" WHERE "id" <> NEW."id"
        AND "credential_id_index" IN (NEW."credential_id_index", NEW."credential_id_other_index")))
  THEN
    RAISE EXCEPTION 'the passkey is registered' USING ERRCODE = 'unique_violation', TABLE = 'passkeys',
      CONSTRAINT = 'passkeys_credential_id_index_key',
      DETAIL = 'Key (credential_id_index) already exists under another key.';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "passkeys_credential_id_unique"
  BEFORE INSERT OR UPDATE OF "credential_id_index", "credential_id_other_index" ON "passkeys"
  FOR EACH ROW EXECUTE FUNCTION "keep_credential_id_unique"();
