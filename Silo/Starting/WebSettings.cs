using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using OrleansSale.Silo.Settings;

namespace OrleansSale.Silo.Starting;

/// <summary>The first thing that a program does with its settings, before it touches anything.</summary>
public static class WebSettings
{
    /// <summary>Looks at all settings, and at where the web server is to listen.</summary>
    /// <param name="builder">The program's host.</param>
    /// <param name="address">Where it listens when nothing else is said.</param>
    /// <exception cref="StartException">Something is wrong; the message names the setting.</exception>
    public static void Require(WebApplicationBuilder builder, string address)
    {
        SettingsCheck.Require(builder.Configuration);
        if (ListenAddress.Read(builder.Configuration).Count == 0) builder.Configuration[ListenAddress.Urls] = address;
        var addresses = ListenAddress.Read(builder.Configuration);
        if (builder.Environment.IsDevelopment())
            DevelopmentDoor.Shut(builder.Configuration, builder.Services, addresses);
        WebCertificates.Require(builder.Configuration, builder.Environment, addresses);
        foreach (var one in addresses) one.RequireFree();
    }
}
