using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Copying;

/// <summary>The data directory of an embedded engine, owned while it is open.</summary>
internal sealed class DirectoryPlace : CopyPlace
{
    private const string SessionKeysName = "session-keys", SessionKeySuffix = ".xml";

    // Files that an interrupted copy can leave before its mark is written.
    private static readonly string[] Harmless =
    [
        "lock", "ledger.db", "ledger.db-wal", "ledger.db-shm", "grains.db", "grains.db-wal", "grains.db-shm",
    ];

    private readonly DataDirectory _directory;
    private readonly SqliteRows _rows;

    private DirectoryPlace(DataDirectory directory)
    {
        _directory = directory;
        SqliteFile.Apply(directory.LedgerPath, "Ledger");
        SqliteFile.Apply(directory.GrainsPath, "Grains");
        _rows = new SqliteRows(directory.LedgerPath, directory.GrainsPath);
    }

    /// <inheritdoc/>
    public override string Name => NameOf(_directory.Path);

    private string SecretsPath => _directory.PathOf(DevelopmentSecrets.FileName);

    private string SessionKeysPath => _directory.PathOf(SessionKeysName);

    /// <summary>Opens the data of an engine that has ended.</summary>
    /// <exception cref="CopyException">There is none, it has not ended, or it is itself a part of a copy.</exception>
    public static DirectoryPlace OpenSource(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(Path.Combine(path, "ledger.db")))
            throw new CopyException($"{NameOf(path)} holds no data of an engine: there is no ledger.db in it.");
        return Open(path, directory =>
        {
            if (FileCopyMark.Find(directory.LedgerPath) is { IsFinished: false } mark)
                throw new CopyException(
                    $"{NameOf(path)} holds an unfinished copy of {mark.Source}: finish that one first.");
            return new DirectoryPlace(directory);
        });
    }

    /// <summary>
    /// Opens an empty directory, which is made if it is missing, or one where this copy was interrupted.
    /// </summary>
    /// <exception cref="CopyException">It is in use, not empty, or holds a part of another copy.</exception>
    public static DirectoryPlace OpenTarget(string path, string source)
    {
        path = Path.GetFullPath(path);
        // A directory that is not ours stays unchanged: not even a lock file is left there.
        if (Directory.Exists(path) && !File.Exists(Path.Combine(path, "lock")) && FindStranger(path) is { } stranger)
            GoesOn(NameOf(path), null, stranger, source);
        return Open(path, directory =>
        {
            // This is checked before the schema is created: a refused target stays unchanged.
            var goesOn = GoesOn(NameOf(path), FileCopyMark.Find(directory.LedgerPath), FindContent(directory), source);
            var place = new DirectoryPlace(directory);
            if (!goesOn) place.Mark(source);
            return place;
        });
    }

    /// <inheritdoc/>
    public override Task FinishAsync(CancellationToken cancellationToken)
    {
        SqliteFile.Execute(_rows.Ledger, "UPDATE copied_from SET finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<string?> FindUsersAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public override Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_rows.FindFault());

    /// <inheritdoc/>
    public override Task<CopySize> MeasureAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_rows.Measure());

    /// <inheritdoc/>
    public override IAsyncEnumerable<CommitRow> ReadCommitsAsync(CancellationToken cancellationToken) =>
        SqliteRows.ReadCommits(_directory.LedgerPath).ToAsyncEnumerable();

    /// <inheritdoc/>
    public override Task AddAsync(IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken)
    {
        _rows.Add(commits);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(CancellationToken cancellationToken) =>
        SqliteRows.ReadDocuments(_directory.GrainsPath).ToAsyncEnumerable();

    /// <inheritdoc/>
    public override Task AddAsync(IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken)
    {
        _rows.Add(documents);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task<SortedDictionary<string, string>> ReadSecretsAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(SecretsPath)) return New();
        try
        {
            await using var file = File.OpenRead(SecretsPath);
            var secrets = await JsonSerializer.DeserializeAsync<Dictionary<string,
            string?>>(file, cancellationToken: cancellationToken);
            return New(secrets!.ToDictionary(
                secret => secret.Key, secret => secret.Value ?? throw new JsonException("a value is null")));
        }
        catch (JsonException malformed)
        {
            throw new CopyException($"{SecretsPath} is malformed: {malformed.Message}", malformed);
        }
    }

    /// <inheritdoc/>
    public override Task ReplaceSecretsAsync(
        SortedDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        if (secrets.Count == 0) File.Delete(SecretsPath);
        else Write(SecretsPath, JsonSerializer.SerializeToUtf8Bytes(secrets));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task<SortedDictionary<string,
        string>> ReadSessionKeysAsync(CancellationToken cancellationToken)
    {
        var keys = New();
        if (!Directory.Exists(SessionKeysPath)) return keys;
        foreach (var file in Directory.EnumerateFiles(SessionKeysPath, "*" + SessionKeySuffix))
            keys.Add(Path.GetFileNameWithoutExtension(file), await File.ReadAllTextAsync(file, cancellationToken));
        return keys;
    }

    /// <inheritdoc/>
    public override Task ReplaceSessionKeysAsync(
        SortedDictionary<string, string> keys, CancellationToken cancellationToken)
    {
        if (Directory.Exists(SessionKeysPath)) Directory.Delete(SessionKeysPath, recursive: true);
        if (keys.Count > 0) Directory.CreateDirectory(SessionKeysPath);
        foreach (var (name, xml) in keys)
        {
            if (name is "" or "." or ".." || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
                throw new CopyException($"The session key {name} can't be kept in a file of that name.");
            Write(Path.Combine(SessionKeysPath, name + SessionKeySuffix), Encoding.UTF8.GetBytes(xml));
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _rows.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string NameOf(string path) => $"the data directory {path}";

    private static SortedDictionary<string, string> New(IDictionary<string, string>? of = null) =>
        new(of ?? new Dictionary<string, string>(), StringComparer.Ordinal);

    private static DirectoryPlace Open(string path, Func<DataDirectory, DirectoryPlace> open)
    {
        DataDirectory? directory = null;
        try
        {
            directory = DataDirectory.Open(path);
            return open(directory);
        }
        catch (Exception failure)
        {
            directory?.Dispose();
            throw failure switch
            {
                DataDirectoryInUseException => new CopyException(
                    $"{NameOf(path)} is in use by a running engine or another copy: stop that first."),
                IOException or UnauthorizedAccessException or SqliteException or InvalidOperationException =>
                    new CopyException($"{NameOf(path)} can't be used: {failure.Message}", failure),
                _ => failure,
            };
        }
    }

    private static string? FindStranger(string path) =>
        Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Except(Harmless)
            .Order(StringComparer.Ordinal).FirstOrDefault();

    private static string? FindContent(DataDirectory directory) =>
        FindStranger(directory.Path)
        ?? SqliteRows.FindRow(directory.LedgerPath, "stream", "a ledger")
        ?? SqliteRows.FindRow(directory.GrainsPath, "GrainState", "documents");

    // The file is written completely under another name first, readable by its owner alone.
    private static void Write(string path, byte[] bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(path + ".new", options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    private void Mark(string source)
    {
        using var mark = SqliteFile.Prepare(
            _rows.Ledger,
            "INSERT INTO copied_from (id, source, started_at) VALUES (1, $source, "
                + "strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", "$source");
        mark.Parameters[0].Value = source;
        mark.ExecuteNonQuery();
    }
}
