using System.Globalization;
using OrleansSale.Tests.Load.Sellout;

namespace OrleansSale.Tests.Load.Engine.Places;

/// <summary>SQLite files in a folder that goes with it.</summary>
internal sealed class SqlitePlace : ILedgerPlace
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleanssale-engine-").FullName;
    private int _renewed;

    public string Name => MeasureOptions.Sqlite;

    public string Durability => EmbeddedEngine.WhatSqliteDoes;

    public int? ServerProcess => null;

    private string Current => Path.Combine(_folder, _renewed.ToString(CultureInfo.InvariantCulture));

    public Task<IReadOnlyList<string>> RenewAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Current)) Directory.Delete(Current, recursive: true);
        _renewed++;
        return Task.FromResult<IReadOnlyList<string>>([$"--Sale:DataDirectory={Current}"]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
