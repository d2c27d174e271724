-- AlterTable
ALTER TABLE "audit_checkpoints" ADD COLUMN     "sealed_below" xid8;
