-- AlterTable
ALTER TABLE "idempotent_requests" ADD COLUMN     "has_changed" BOOLEAN NOT NULL DEFAULT false;
