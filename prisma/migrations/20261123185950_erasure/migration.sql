-- CreateEnum
CREATE TYPE "erasure_status" AS ENUM ('SCHEDULED', 'CANCELLED', 'RUNNING', 'COMPLETED', 'ON_HOLD');

-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN     "signed_receipts" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "processing_restricted_at" TIMESTAMPTZ(3),
ALTER COLUMN "email" DROP NOT NULL,
ALTER COLUMN "email_index" DROP NOT NULL,
ALTER COLUMN "email_index" DROP DEFAULT;

-- CreateTable
CREATE TABLE "ended_sessions" (
    "id" UUID NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ended_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_requests" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "status" "erasure_status" NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "requested_by" UUID NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,
    "cancelled_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "steps" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "completed_at" TIMESTAMPTZ(3),
    "receipt" TEXT,

    CONSTRAINT "erasure_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "erasure_notices" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "erasure_id" UUID NOT NULL,
    "receiver" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "acknowledged_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasure_notices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "legal_holds" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "user_id" UUID NOT NULL,
    "reason" TEXT,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "placed_by" UUID NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "released_by" UUID,

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ended_sessions_ended_at_idx" ON "ended_sessions"("ended_at");

-- CreateIndex
CREATE INDEX "erasure_requests_user_id_status_idx" ON "erasure_requests"("user_id", "status");

-- CreateIndex
CREATE INDEX "erasure_requests_status_scheduled_for_idx" ON "erasure_requests"("status", "scheduled_for");

-- CreateIndex
CREATE INDEX "erasure_requests_requested_at_id_idx" ON "erasure_requests"("requested_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "erasure_notices_erasure_id_receiver_key" ON "erasure_notices"("erasure_id", "receiver");

-- CreateIndex
CREATE INDEX "legal_holds_user_id_released_at_idx" ON "legal_holds"("user_id", "released_at");

-- AddForeignKey
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erasure_notices" ADD CONSTRAINT "erasure_notices_erasure_id_fkey" FOREIGN KEY ("erasure_id") REFERENCES "erasure_requests"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "erasure_requests" ADD CONSTRAINT "erasure_requests_reason_sealed" CHECK ("reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_reason_sealed" CHECK ("reason" ~ '^c1\.[0-9]{1,3}\.[A-Za-z0-9_-]{38,}$');

-- An account has an address until it is erased, and then nothing of its person is left in its row.
ALTER TABLE "users" ADD CONSTRAINT "users_email_until_erased" CHECK (("status" = 'ERASED') = ("email" IS NULL));
ALTER TABLE "users" ADD CONSTRAINT "users_email_index_with_email" CHECK (("email" IS NULL) = ("email_index" IS NULL));
ALTER TABLE "users" ADD CONSTRAINT "users_no_credential_once_erased" CHECK ("status" <> 'ERASED' OR "password_hash" IS NULL);

-- At most one request of an account is open.
CREATE UNIQUE INDEX "erasure_requests_one_open" ON "erasure_requests" ("user_id") WHERE "status" IN ('SCHEDULED', 'RUNNING', 'ON_HOLD');
CREATE UNIQUE INDEX "legal_holds_one_in_force" ON "legal_holds" ("user_id") WHERE "released_at" IS NULL;
