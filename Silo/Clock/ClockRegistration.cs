using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Silo.Clock;

/// <summary>Adds the watch over this process' clock: its log lines, its health check and its faults.</summary>
public static class ClockRegistration
{
    /// <summary>Adds it, once in a process.</summary>
    public static void AddClock(this IServiceCollection services)
    {
        services.AddSingleton<ClockJumps>();
        services.AddSingleton<IFaultSource>(provider => provider.GetRequiredService<ClockJumps>());
        services.AddHostedService(provider => provider.GetRequiredService<ClockJumps>());
        services.AddHealthChecks().AddCheck<ClockCheck>(ClockCheck.Name);
    }
}
