-- AlterEnum
ALTER TYPE "token_purpose" ADD VALUE 'DISOWN_ACTIVITY';

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "credentials_void_at" TIMESTAMPTZ(3);

-- CreateTable. Not logged: an attempt waits for no disk, and a crash may forget the counts.
CREATE UNLOGGED TABLE "attempt_counters" (
    "key" VARCHAR(64) NOT NULL,
    "count" INTEGER NOT NULL,
    "open_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,

    CONSTRAINT "attempt_counters_pkey" PRIMARY KEY ("key")
);
