using Microsoft.Data.Sqlite;
using Npgsql;
using OrleansSale.Grains.Ledger;
using SQLitePCL;

namespace OrleansSale.Silo.Storage;

/// <summary>Describes a storage failure in words that may be public: no path, no address, no value.</summary>
internal static class StorageFault
{
    /// <summary>The words.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        SqliteException sqlite => Describe(sqlite),
        PostgresException refused => Describe(refused),
        TimeoutException or OperationCanceledException => "the database does not answer",
        NpgsqlException { InnerException: TimeoutException } => "the database does not answer",
        NpgsqlException => "the database is not reached",
        FileLostException => failure.Message,
        LedgerUnavailableException { InnerException: { } inner } => Describe(inner),
        _ => "it cannot be written",
    };

    private static string Describe(SqliteException failure) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another program has locked the file",
        raw.SQLITE_FULL => "the disk is full",
        raw.SQLITE_READONLY or raw.SQLITE_PERM => "the file is read-only",
        raw.SQLITE_CANTOPEN => "the file cannot be opened",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "the file is damaged",
        raw.SQLITE_IOERR => $"the disk refuses to read or write (SQLite {failure.SqliteExtendedErrorCode})",
        _ => $"the file cannot be written (SQLite {failure.SqliteExtendedErrorCode})",
    };

    private static string Describe(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => "the database is a standby, or read-only",
        PostgresErrorCodes.DiskFull => "the database's disk is full",
        PostgresErrorCodes.LockNotAvailable => "somebody has locked a table of the database",
        PostgresErrorCodes.QueryCanceled => "the database does not answer",
        PostgresErrorCodes.InsufficientPrivilege => "the database's role may not write",
        PostgresErrorCodes.UndefinedTable => "a table of the database is missing",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            "the database is ending or starting",
        _ => $"the database refuses (SQLSTATE {refused.SqlState})",
    };
}
