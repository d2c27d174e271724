-- AlterTable
ALTER TABLE "erasure_requests" ADD COLUMN     "attempt_keys" TEXT[] DEFAULT ARRAY[]::TEXT[];
