using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.DataProtection;
using OrleansSale.Api.Sandbox;
using OrleansSale.Silo;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// Uses keys and files once before the engine listens. Otherwise the first request would find them unusable.
/// </summary>
public static partial class StartChecks
{
    /// <summary>Signs with the session keys. This reads all of them.</summary>
    /// <exception cref="StartException">They can't be used.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "A damaged key shows as an exception of any kind.")]
    public static void RequireSessionKeys(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector(nameof(StartChecks)).Protect([]);
        }
        catch (Exception failure)
        {
            var why = failure.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new StartException($"The keys of sessions cannot be used ({why}). They are in the folder "
                + $"{EngineData.SessionKeysName} of Sale:DataDirectory, or in the database's table session_key: remove "
                + "the damaged one. Users who signed in by it have to sign in again.");
        }
    }

    /// <summary>Opens the sandbox's file.</summary>
    /// <exception cref="StartException">It can't be used.</exception>
    public static void RequireSandbox(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<SandboxDatabase>();
        }
        catch (SandboxFileException failure)
        {
            throw new StartException(failure.Message);
        }
        if (!app.Environment.IsDevelopment()) Log.SandboxIsOpen(app.Logger, app.Environment.EnvironmentName);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Environment}: Payments:Sandbox is on, so whoever has an order pays it "
            + "without money. A real sale has another payment provider")]
        public static partial void SandboxIsOpen(ILogger log, string environment);
    }
}
